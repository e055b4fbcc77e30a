/**
 * The stand-in: moves the mouth from the sound itself where the backend's motion is missing, with the signal model.
 * When it is needed is decided in ../controller; what it makes is a motion track like any other.
 */
export { StandIn, loadSignalModel, type LoadSpeechModel } from './stand-in.js';

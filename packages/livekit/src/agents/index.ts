/**
 * A face for an agent of LiveKit's framework. Makes no speech and decides nothing about turns: it says what the agent says,
 * and tells it truly how much was heard. Neighbours: ../node, which it joins the room with, and the server SDK.
 */
export { AvatarSession, type AvatarSessionOptions, type StartOptions } from './avatar-session.js';

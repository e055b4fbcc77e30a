/**
 * Ogg Opus, cut anywhere, to Opus packets (RFC 3533, RFC 7845): what backends send to the Motion Server and to clients.
 * Decodes nothing; whoever reads it has the decoder.
 */
export { OggOpusReader, type OpusPiece } from './ogg-opus-reader.js';

/**
 * Protobuf's wire format by tables of fields: what the messages of ../gen need of it, in a few kilobytes.
 * Checked against another implementation, message by message, in ../../test/wire.test.ts.
 */
export { create, decode, encode } from './codec.js';
export { message, type Init, type Schema } from './schema.js';

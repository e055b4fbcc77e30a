/**
 * What goes beside an avatar's track in a room, parsed totally. Knows no LiveKit: packages/livekit sends and reads it.
 */
export { decodeRoomPacket, encodeRoomPacket, ROOM_METHOD, ROOM_TOPIC, type Cue, type RoomPacket } from './packet.js';

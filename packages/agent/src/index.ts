/**
 * The conversation: a client's words in, an avatar's answers out, on LiveKit Agents' session without a room. Its parts are
 * the stage (what is heard), the ear (what is said), and the floor (whose turn it is). Peers: providers, models.
 */
export type { ClientLine } from './conversation/client-line.js';
export { createConversation, type Conversation } from './conversation/conversation.js';
export type { ConversationOptions, HistoryLine } from './conversation/options.js';
export type { TurnReport, TurnSource, TurnStages } from './conversation/turn-report.js';
export { FLOOR_RULES, type FloorRules } from './floor/floor.js';

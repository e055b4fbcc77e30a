/**
 * Fakes for tests of applications and of this package: a transport without a network, time and sound turned by hand.
 * They run the same logic as the real ones where there is any; nothing here is part of a page.
 */
export { ManualMicrophone } from './manual-microphone.js';
export { ManualOutput, ManualStream } from './manual-output.js';
export { ManualSocket } from './manual-socket.js';
export { ManualTimer } from './manual-timer.js';
export { MemoryTransport, type Reported } from './memory-transport.js';

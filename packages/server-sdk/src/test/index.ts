/**
 * Fakes for tests of backends: a scripted Motion Server and client, a network that cuts connections, a clock that moves
 * when told to, and an inbox to wait on. Never used by the package itself.
 */
export { FakeConnection, FakeMotionServer, type FakeMotionServerOptions, type HttpAnswer } from './fake-motion-server.js';
export { CutProxy, type Fault } from './cut-proxy.js';
export { FakeClient } from './fake-client.js';
export { Inbox } from './inbox.js';
export { ManualClock } from './manual-clock.js';

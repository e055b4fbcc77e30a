/**
 * A panel that moves one face by hand, for galleries and previews: `@visavis/client/panel`.
 * Plain elements in a shadow root; what it does to a pose is in hand-pose.ts.
 */
export { FacePanel, type FacePanelOptions, type PanelView } from './face-panel.js';

/** Where the parts of a server are found. */
export const CONSOLE_PATH = '/v1/console';
export const INGRESS_PATH = '/v2/driveningress';
export const WEBSOCKET_PATH = `${INGRESS_PATH}/websocket`;
export const AVATARS_PATH = '/v1/avatars';
export const HEALTH_PATH = '/healthz';
export const METRICS_PATH = '/metrics';

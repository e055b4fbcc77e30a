import { AvatarController, type AvatarControllerOptions } from '../controller/index.js';
import { AvatarSDK } from './avatar-sdk.js';
import { consoleLog } from './log.js';

/** A controller by the configuration of `AvatarSDK`, as a view makes itself one; `options` take precedence. */
export function createController(options: AvatarControllerOptions = {}): AvatarController {
  const { audioFormat, logLevel } = AvatarSDK.configuration;
  return new AvatarController({ audioFormat, log: consoleLog(logLevel), ...options });
}

import type { Avatar } from '../avatar/index.js';
import type { AvatarController } from '../controller/index.js';
import { AvatarView as BareView, type AvatarViewOptions as BareOptions } from '../view/index.js';
import { AvatarSDK } from './avatar-sdk.js';
import { createController } from './controller.js';

export interface AvatarViewOptions extends Omit<BareOptions<AvatarController>, 'controller'> {
  /** Default: a new one, by the configuration of `AvatarSDK`. The view disposes of it unless told to keep it. */
  readonly controller?: AvatarController;
}

/** One avatar in one element, with the controller that makes it speak. */
export class AvatarView extends BareView<AvatarController> {
  constructor(avatar: Avatar, container: HTMLElement, options: AvatarViewOptions = {}) {
    const { renderQuality } = AvatarSDK.configuration;
    const cap = AvatarSDK.renderResolutionCapEnabled ? AvatarSDK.renderResolutionMaxHeight : undefined;
    super(avatar, container, {
      ...options,
      quality: options.quality ?? renderQuality,
      maxHeight: options.maxHeight ?? cap,
      controller: options.controller ?? createController(),
    });
  }
}

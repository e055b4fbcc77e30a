/** How much a view spends on its picture. */
export type RenderQuality = 'standard' | 'high' | 'ultra';

export interface QualityLevel {
  /** Ceiling of device pixels per CSS pixel. */
  readonly maxPixelRatio: number;
  /** Edge of the square shadow map, in texels. */
  readonly shadowMapSize: number;
  /** Multisampling of the canvas; fixed when the view is made. */
  readonly antialias: boolean;
  /** Hair throws shadows: a second pass over most of an avatar's triangles. */
  readonly hairShadow: boolean;
  /** Texture samples at grazing angles. */
  readonly anisotropy: number;
}

/**
 * Device pixels per CSS pixel of a picture `cssHeight` high: the screen's own, at most the quality's, and no more than
 * makes `maxHeight` device pixels.
 */
export function pixelRatio(devicePixelRatio: number, { maxPixelRatio }: QualityLevel, cssHeight: number, maxHeight = Infinity): number {
  return Math.min(devicePixelRatio || 1, maxPixelRatio, maxHeight / Math.max(1, cssHeight));
}

export const QUALITY: Readonly<Record<RenderQuality, QualityLevel>> = {
  standard: { maxPixelRatio: 1, shadowMapSize: 512, antialias: false, hairShadow: false, anisotropy: 2 },
  high: { maxPixelRatio: 1.5, shadowMapSize: 1024, antialias: true, hairShadow: true, anisotropy: 4 },
  ultra: { maxPixelRatio: 2, shadowMapSize: 2048, antialias: true, hairShadow: true, anisotropy: 8 },
};

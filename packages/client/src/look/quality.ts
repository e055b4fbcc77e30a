/** The four steps of what a view may spend on its picture, cheapest first. */
export const QUALITY_NAMES = ['low', 'medium', 'high', 'ultra'] as const;
export type QualityName = (typeof QUALITY_NAMES)[number];

/** How much a view spends on its picture. `auto` starts at `high` and follows the frame rate. */
export type RenderQuality = QualityName | 'auto';

export interface QualityLevel {
  /** Ceiling of device pixels per CSS pixel. */
  readonly maxPixelRatio: number;
  /** Edge of the square shadow map, in texels. */
  readonly shadowMapSize: number;
  /** Samples of the shadow map per pixel. */
  readonly shadowTaps: number;
  /** Multisampling of the canvas; fixed when the view is made. */
  readonly antialias: boolean;
  /** Hair throws shadows: a second pass over most of an avatar's triangles. */
  readonly hairShadow: boolean;
  /** Texture samples at grazing angles. */
  readonly anisotropy: number;
  /** Skin with two highlights, down and light through thin parts; hair with the highlights of strands. */
  readonly fineShading: boolean;
}

/**
 * Device pixels per CSS pixel of a picture `cssHeight` high: the screen's own, at most the quality's, and no more than
 * makes `maxHeight` device pixels.
 */
export function pixelRatio(devicePixelRatio: number, { maxPixelRatio }: QualityLevel, cssHeight: number, maxHeight = Infinity): number {
  return Math.min(devicePixelRatio || 1, maxPixelRatio, maxHeight / Math.max(1, cssHeight));
}

export const QUALITY: Readonly<Record<QualityName, QualityLevel>> = {
  low: { maxPixelRatio: 1, shadowMapSize: 512, shadowTaps: 6, antialias: false, hairShadow: false, anisotropy: 1, fineShading: false },
  medium: { maxPixelRatio: 1, shadowMapSize: 1024, shadowTaps: 10, antialias: true, hairShadow: false, anisotropy: 2, fineShading: true },
  high: { maxPixelRatio: 1.5, shadowMapSize: 1024, shadowTaps: 16, antialias: true, hairShadow: true, anisotropy: 4, fineShading: true },
  ultra: { maxPixelRatio: 2, shadowMapSize: 2048, shadowTaps: 16, antialias: true, hairShadow: true, anisotropy: 8, fineShading: true },
};

export function isRenderQuality(value: unknown): value is RenderQuality {
  return value === 'auto' || (QUALITY_NAMES as readonly unknown[]).includes(value);
}

/** The step a view begins with. */
export function firstStep(quality: RenderQuality): QualityName {
  return quality === 'auto' ? 'high' : quality;
}

import { ShaderChunk, ShaderLib } from 'three';
import { describe, expect, it } from 'vitest';
import { eyePatch, HAIR_PATCH, PLAIN_HAIR_PATCH, PLAIN_SKIN_PATCH, SKIN_PATCH, SOFT_PATCH } from './patches.js';

const NUMBER = { value: 1 };
const PATCHES = [SKIN_PATCH, PLAIN_SKIN_PATCH, HAIR_PATCH, PLAIN_HAIR_PATCH, SOFT_PATCH, eyePatch({ eyeIris: NUMBER, eyeBulge: NUMBER, eyeTexture: NUMBER, eyePower: NUMBER })];

describe('shader patches', () => {
  it.each(PATCHES)('$name finds its places in the installed three.js', ({ fragment, vertex = [] }) => {
    const { fragmentShader, vertexShader } = ShaderLib.physical;
    for (const [source, patches] of [[fragmentShader, fragment], [vertexShader, vertex]] as const) {
      for (const { chunk, find } of patches) {
        expect(ShaderChunk[chunk]).toContain(find);
        expect(source).toContain(`#include <${chunk}>`);
      }
    }
  });

  it('have names of their own', () => {
    expect(new Set(PATCHES.map(({ name }) => name)).size).toBe(PATCHES.length);
  });
});

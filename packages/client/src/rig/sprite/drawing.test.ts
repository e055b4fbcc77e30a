import { readFileSync } from 'node:fs';
import { VisavisError } from '@visavis/protocol/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imagesOf, parseDrawing } from './drawing.js';
import { svgProblem } from './svg-check.js';

const folder = new URL('../../../../../avatars/dot/', import.meta.url);
const DOT = JSON.parse(readFileSync(new URL('dot.json', folder), 'utf8')) as Record<string, unknown> & { layers: Record<string, unknown>[] };

const outcome = (value: unknown): string => {
  try {
    parseDrawing(value);
    return 'accepted';
  } catch (error) {
    return VisavisError.isInstance(error) ? error.code : `not coded: ${String(error)}`;
  }
};

describe('parseDrawing', () => {
  it('reads the drawing that ships, whose pictures are all there and stand by themselves', () => {
    const images = imagesOf(parseDrawing(DOT));
    expect(images.size).toBeGreaterThan(20);
    for (const name of images) expect(svgProblem(readFileSync(new URL(name, folder))), name).toBeUndefined();
  });

  it('accepts or refuses anything with a code', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => outcome(value) === 'unsupportedAvatarAsset'));
    const field = fc.tuple(fc.constantFrom('schema', 'size', 'neck', 'turn', 'layers'), fc.jsonValue());
    fc.assert(fc.property(field, ([name, value]) => ['accepted', 'unsupportedAvatarAsset'].includes(outcome({ ...DOT, [name]: value }))));
    const inLayer = fc.tuple(fc.nat(DOT.layers.length - 1), fc.constantFrom('kind', 'image', 'at', 'size', 'side', 'shapes', 'opening', 'parallax', 'rise'), fc.jsonValue());
    fc.assert(fc.property(inLayer, ([i, name, value]) =>
      ['accepted', 'unsupportedAvatarAsset'].includes(outcome({ ...DOT, layers: DOT.layers.map((layer, k) => (k === i ? { ...layer, [name]: value } : layer)) }))));
  });

  it.each([
    ['layers[0].kind', { ...DOT, layers: [{ ...DOT.layers[0], kind: 'video' }] }],
    ['layers[0].size', { ...DOT, layers: [{ ...DOT.layers[0], size: [0, 4] }] }],
    ['layers', { ...DOT, layers: new Array(65).fill(DOT.layers[0]) }],
    ['size', { ...DOT, size: [1e9, 10] }],
    ['layers[0].shapes[0].viseme', { ...DOT, layers: [{ ...DOT.layers[0], kind: 'mouth', shapes: [{ image: 'a.svg', viseme: 'xx' }] }] }],
  ])('names the field at fault: %s', (path, value) => {
    expect(() => parseDrawing(value)).toThrow(`"${path}"`);
  });
});

describe('svgProblem', () => {
  const svg = (inside: string): Uint8Array => new TextEncoder().encode(`<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`);

  it.each([
    ['<path d="M0 0"/><use href="#a"/><rect fill="url(#g)"/>'], ['<image href="data:image/png;base64,AAAA"/>'],
  ])('lets pass what stands by itself: %s', (inside) => {
    expect(svgProblem(svg(inside))).toBeUndefined();
  });

  it.each([
    ['<script>1</script>'], ['<SCRIPT href="a"/>'], ['<s:script xmlns:s="http://www.w3.org/2000/svg">1</s:script>'], ['<g onload="x()"/>'], ['<g\nonclick = "x()"/>'], ['<foreignObject/>'], ['<image href="https://example.org/a.png"/>'],
    ['<image xlink:href="//example.org/a.png"/>'], ['<use href="other.svg#a"/>'], ['<rect fill="url(https://example.org/a)"/>'], ['<style>@import "a.css"</style>'],
    ['<style>a{fill:u\\72l(x)}</style>'], ['<image href=https://example.org/a.png />'], ['<image href="data:image/svg+xml;base64,AAAA"/>'], ['<image href="&#x68;ttps://a"/>'],
  ])('refuses %s', (inside) => {
    expect(svgProblem(svg(inside))).toBeDefined();
  });

  it('refuses entities, style sheets, other text and other bytes', () => {
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    for (const value of ['<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', '<?xml-stylesheet href="a"?><svg />', 'hello', '']) expect(svgProblem(text(value))).toBeDefined();
    expect(svgProblem(Uint8Array.of(0xff, 0xfe, 0x00))).toBeDefined();
    expect(svgProblem(text('<?xml version="1.0"?><svg></svg>'))).toBeUndefined();
  });
});

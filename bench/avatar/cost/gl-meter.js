/**
 * Put into a page before its scripts: counts what WebGL is asked to draw and to keep, by the calls themselves, whatever
 * library makes them. `glMeter.frame()` gives the counts since the last call; `glMeter.bytes()` what is held now.
 */
(() => {
  const gl = WebGL2RenderingContext.prototype;
  const TRIANGLES = 4;
  /** What each context keeps. A context that was given up keeps nothing: the browser frees all of it. */
  const contexts = new Map();
  let target = null;
  let counts = fresh();
  const bound = { buffer: new Map(), texture: new Map(), renderbuffer: null, unit: 0 };

  function fresh() {
    return { picture: { calls: 0, triangles: 0 }, elsewhere: { calls: 0, triangles: 0 } };
  }

  function before(name, note) {
    const original = gl[name];
    gl[name] = function (...args) {
      note(args, this);
      return original.apply(this, args);
    };
  }

  const drawn = (mode, count, instances = 1) => {
    const where = target === null ? counts.picture : counts.elsewhere;
    where.calls++;
    if (mode === TRIANGLES) where.triangles += (count / 3) * instances;
  };
  before('drawElements', ([mode, count]) => drawn(mode, count));
  before('drawArrays', ([mode, , count]) => drawn(mode, count));
  before('drawElementsInstanced', ([mode, count, , , instances]) => drawn(mode, count, instances));
  before('drawArraysInstanced', ([mode, , count, instances]) => drawn(mode, count, instances));
  before('drawRangeElements', ([mode, , , count]) => drawn(mode, count));
  before('bindFramebuffer', ([point, framebuffer]) => { if (point !== 0x8ca8) target = framebuffer; }); // READ_FRAMEBUFFER

  before('bindBuffer', ([point, buffer]) => bound.buffer.set(point, buffer));
  before('bufferData', ([point, data], context) => keep(context, bound.buffer.get(point), typeof data === 'number' ? data : (data?.byteLength ?? 0)));
  before('deleteBuffer', ([gone], context) => heldBy(context).delete(gone));

  before('activeTexture', ([unit]) => { bound.unit = unit; });
  before('bindTexture', ([point, texture]) => bound.texture.set(`${bound.unit}:${point}`, texture));
  const texture = (point) => bound.texture.get(`${bound.unit}:${point >= 0x8515 && point <= 0x851a ? 0x8513 : point}`); // faces of a cube
  before('texStorage2D', ([point, levels, format, width, height], context) => keep(context, texture(point), width * height * pixelBytes(format) * mipFactor(levels) * (point === 0x8513 ? 6 : 1)));
  before('texStorage3D', ([point, levels, format, width, height, depth], context) => keep(context, texture(point), width * height * depth * pixelBytes(format) * mipFactor(levels)));
  before('texImage2D', (args, context) => {
    const [point, level, format] = args;
    const [width, height] = args.length >= 9 ? [args[3], args[4]] : [args[5]?.width ?? 0, args[5]?.height ?? 0];
    const key = texture(point);
    if (level === 0) keep(context, key, width * height * pixelBytes(format) * (point >= 0x8515 && point <= 0x851a ? 6 : 1));
    else keep(context, key, (heldBy(context).get(key) ?? 0) + width * height * pixelBytes(format));
  });
  before('texImage3D', ([point, level, format, width, height, depth], context) => { if (level === 0) keep(context, texture(point), width * height * depth * pixelBytes(format)); });
  before('deleteTexture', ([gone], context) => heldBy(context).delete(gone));
  before('bindRenderbuffer', ([, renderbuffer]) => { bound.renderbuffer = renderbuffer; });
  before('renderbufferStorage', ([, format, width, height], context) => keep(context, bound.renderbuffer, width * height * pixelBytes(format)));
  before('renderbufferStorageMultisample', ([, samples, format, width, height], context) => keep(context, bound.renderbuffer, Math.max(1, samples) * width * height * pixelBytes(format)));
  before('deleteRenderbuffer', ([gone], context) => heldBy(context).delete(gone));

  function heldBy(context) {
    if (!contexts.has(context)) {
      forgetLost();
      contexts.set(context, new Map());
    }
    return contexts.get(context);
  }

  function keep(context, key, bytes) {
    if (key) heldBy(context).set(key, bytes);
  }

  function forgetLost() {
    for (const context of contexts.keys()) if (context.isContextLost()) contexts.delete(context);
  }

  function mipFactor(levels) {
    return levels > 1 ? 4 / 3 : 1;
  }

  /** OpenGL ES 3.0, table 3.13: bytes of the sized formats that differ from four. */
  function pixelBytes(format) {
    const sizes = {
      0x8229: 1, 0x822b: 2, 0x822d: 2, 0x822e: 4, 0x822f: 4, 0x8230: 8, 0x1903: 1, 0x8227: 2, 0x1907: 4, 0x1906: 1, 0x1909: 1, // R, RG, legacy
      0x881a: 8, 0x8814: 16, 0x8815: 12, 0x881b: 6, 0x81a5: 2, 0x8d70: 16, 0x8d76: 8, 0x8232: 1, 0x8236: 4, 0x823c: 8,
    };
    return sizes[format] ?? 4;
  }

  globalThis.glMeter = {
    frame() {
      const seen = counts;
      counts = fresh();
      return seen;
    },
    bytes() {
      forgetLost();
      return [...contexts.values()].flatMap((held) => [...held.values()]).reduce((sum, bytes) => sum + bytes, 0);
    },
    forget: () => contexts.clear(),
  };
})();

import { describe, expect, it } from 'vitest';
import type { GlbRig } from '../../src/rig/index.js';
import { useStage } from '../stage.js';

const stage = useStage('rig', { viewport: { width: 96, height: 112 } });

describe('the rig in a browser', () => {
  it('binds all 52 shapes, and a jaw that opens moves the chin', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { avatar, face, three } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const ava = (await loaded.createRig()) as GlbRig;
      const mesh = ava.root.getObjectByName('Face') as InstanceType<typeof three.SkinnedMesh>;
      const pose = face.createPose();
      const place = (i: number) => mesh.getVertexPosition(i, new three.Vector3()).applyMatrix4(mesh.matrixWorld);
      const places = () => Array.from({ length: mesh.geometry.attributes['position']!.count }, (_, i) => place(i));
      ava.root.updateMatrixWorld(true);
      ava.apply(pose);
      const rest = places();
      pose.weights[face.CHANNEL.jawOpen] = 0.5;
      ava.apply(pose);
      const moved = places().map((to, i) => rest[i]!.y - to.y);
      const result = { names: ava.boundNames.size, onFace: Object.keys(mesh.morphTargetDictionary ?? {}).length, drop: Math.max(...moved) };
      ava.dispose();
      return result;
    });
    expect(seen).toMatchObject({ names: 52, onFace: 52 });
    expect(seen.drop).toBeGreaterThan(0.005);
    expect(seen.drop).toBeLessThan(0.05);
  });

  it('gives all graphics memory back', async () => {
    const { before, during, after } = await stage.page.evaluate(async () => {
      const { avatar, three } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const renderer = new three.WebGLRenderer();
      // A mesh that stays, so that what three.js itself keeps for standard materials is counted from the start.
      const resident = new three.Mesh(new three.PlaneGeometry(), new three.MeshStandardMaterial());
      const scene = new three.Scene().add(new three.AmbientLight(), resident);
      const camera = new three.PerspectiveCamera(20, 1, 0.05, 10);
      camera.position.z = 1;
      const memory = () => {
        renderer.render(scene, camera);
        return { ...renderer.info.memory };
      };
      const start = memory();
      const ava = await loaded.createRig();
      scene.add(ava.root);
      const held = memory();
      ava.dispose();
      const end = memory();
      renderer.dispose();
      return { before: start, during: held, after: end };
    });
    expect(during.geometries).toBeGreaterThan(5);
    expect(during.textures).toBeGreaterThan(5);
    expect(after).toEqual(before);
  });
});

describe('AvatarView in a browser', { timeout: 120_000 }, () => {
  it('draws what its controller says, reports itself, and exports a picture', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { avatar, face, view } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const pose = face.createPose();
      pose.weights[face.CHANNEL.jawOpen] = 0.4;
      const container = document.getElementById('view')!;
      const shown = new view.AvatarView(loaded, container, { controller: { poseAt: () => pose }, quality: 'low' });
      const applied = new Promise<number>((resolve) => { shown.onPoseApplied = (each) => { resolve(each.weights[face.CHANNEL.jawOpen]!); }; });
      await new Promise<void>((resolve) => { shown.onFirstRendering = resolve; });
      shown.pauseRendering();
      const blob = await shown.exportBitmap();
      const result = {
        jawOpen: await applied,
        png: [...new Uint8Array(await blob!.arrayBuffer()).subarray(1, 4)],
        size: shown.renderSize,
        rect: shown.getBoundingRect()!,
        enabled: shown.isRenderingEnabled,
      };
      shown.avatarTransform = { x: 0, y: 0, scale: 2 };
      const doubled = shown.getBoundingRect()!;
      shown.dispose();
      return { ...result, ratio: doubled.width / result.rect.width };
    });
    expect(seen.jawOpen).toBeCloseTo(0.4);
    expect(String.fromCharCode(...seen.png)).toBe('PNG');
    expect(seen.size).toEqual({ width: 96, height: 112 });
    expect(seen.enabled).toBe(false);
    expect(seen.rect.width, 'the shoulders fill the width').toBeGreaterThan(90);
    expect(seen.rect.y, 'there is air above the hair').toBeGreaterThan(2);
    expect(seen.ratio).toBeCloseTo(2);
    expect(stage.realProblems()).toEqual([]);
  });

  it('stops while paused and while the document is hidden', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { avatar, face, view } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const pose = face.createPose();
      let hidden = false;
      Object.defineProperty(document, 'hidden', { get: () => hidden });
      const hide = (value: boolean) => { hidden = value; document.dispatchEvent(new Event('visibilitychange')); };
      const due = new Set<() => void>();
      let asked = 0;
      const timer = { now: () => 0, request: (callback: () => void) => { due.clear(); due.add(callback); return 1; }, cancel: () => { due.clear(); } };
      const controller = { poseAt: () => { asked++; return pose; } };
      const shown = new view.AvatarView(loaded, document.getElementById('view')!, { controller, timer, quality: 'low' });
      const refresh = () => { for (const callback of [...due]) callback(); };
      const askedAfter = (change: () => void) => { change(); asked = 0; refresh(); return asked; };
      const counts = [
        askedAfter(() => {}), askedAfter(() => { shown.pauseRendering(); }), askedAfter(() => { shown.resumeRendering(); }),
        askedAfter(() => { hide(true); }), askedAfter(() => { hide(false); }), askedAfter(() => { shown.dispose(); }),
        askedAfter(() => { hide(false); shown.resumeRendering(); }),
      ];
      return { counts, waiting: due.size };
    });
    expect(seen).toEqual({ counts: [1, 0, 1, 0, 1, 0, 0], waiting: 0 });
  });

  it('shows the background that was chosen while the first picture was got ready', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { avatar, view } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const container = document.getElementById('view')!;
      const shown = new view.AvatarView(loaded, container, { quality: 'low' });
      const isDrawn = new Promise<void>((resolve) => { shown.onFirstRendering = resolve; });
      const canvas = container.querySelector('canvas')!;
      while (canvas.style.visibility !== 'hidden') await new Promise((resolve) => { setTimeout(resolve, 1); });
      shown.background = 'night';
      await isDrawn;
      shown.pauseRendering();
      const corner = async () => {
        const flat = new OffscreenCanvas(1, 1).getContext('2d')!;
        flat.drawImage(await createImageBitmap((await shown.exportBitmap())!), 0, 0);
        return [...flat.getImageData(0, 0, 1, 1).data].join();
      };
      const chosen = await corner();
      shown.background = 'studio';
      const studio = await corner();
      shown.background = 'night';
      const night = await corner();
      shown.dispose();
      return { chosen, studio, night };
    });
    expect(seen.chosen).toBe(seen.night);
    expect(seen.studio).not.toBe(seen.night);
  });

  it('leaves nothing behind after three mounts, and a dead controller each time', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { avatar, face, view } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const container = document.getElementById('view')!;
      let disposed = 0;
      for (let i = 0; i < 3; i++) {
        const controller = { poseAt: () => face.createPose(), dispose: () => { disposed++; } };
        const shown = new view.AvatarView(loaded, container, { controller, quality: 'low' });
        // The last one is taken down while its rig is still being built.
        if (i < 2) await new Promise<void>((resolve) => { shown.onFirstRendering = resolve; });
        shown.dispose();
        shown.dispose();
      }
      return { canvases: document.querySelectorAll('canvas').length, children: container.childElementCount, disposed };
    });
    expect(seen).toEqual({ canvases: 0, children: 0, disposed: 3 });
  });

  it('says that the context is lost, shows the small picture, keeps asking for poses, and draws again when it is back', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { avatar, face, view } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const pose = face.createPose();
      let asked = () => {};
      const controller = { poseAt: () => { asked(); return pose; } };
      const container = document.getElementById('view')!;
      const shown = new view.AvatarView(loaded, container, { controller, quality: 'low' });
      await new Promise<void>((resolve) => { shown.onFirstRendering = resolve; });
      const canvas = container.querySelector('canvas')!;
      const context = canvas.getContext('webgl2')!.getExtension('WEBGL_lose_context')!;
      const error = new Promise<string>((resolve) => { shown.onError = ({ code }) => { resolve(code); }; });
      context.loseContext();
      const code = await error;
      await new Promise<void>((resolve) => { asked = resolve; });
      const whileLost = await shown.exportBitmap();
      const still = container.querySelector('img')!;
      await still.decode();
      const stillSize = [still.clientWidth, still.clientHeight, canvas.clientHeight];
      const restored = new Promise<void>((resolve) => { canvas.addEventListener('webglcontextrestored', () => resolve(), { once: true }); });
      context.restoreContext();
      await restored;
      const blob = await shown.exportBitmap();
      const bitmap = await createImageBitmap(blob!);
      const flat = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      flat.drawImage(bitmap, 0, 0);
      const colour = [...flat.getImageData(bitmap.width / 2, bitmap.height * 0.55, 1, 1).data];
      const after = { stills: container.querySelectorAll('img').length, height: canvas.clientHeight };
      shown.dispose();
      return { code, whileLost, stillSize, colour, after };
    });
    expect(seen.code).toBe('renderingContextLost');
    expect(seen.whileLost).toBeNull();
    expect(seen.stillSize, 'the small picture is in the canvas’s place').toEqual([96, 112, 0]);
    expect(seen.after, 'and gives it back').toEqual({ stills: 0, height: 112 });
    const [red = 0, , blue = 0] = seen.colour;
    expect(red, 'skin is warm').toBeGreaterThan(blue + 20);
  });

  it.each([
    ['the choice of quality', '**/look/governor.ts', { quality: 'auto' }], ['the sway of the camera', '**/view/sway.ts', { quality: 'low', idleCamera: true }],
  ] as const)('draws without %s where that does not load, and says so', async (_, file, options) => {
    await stage.page.route(file, (route) => route.abort());
    const seen = await stage.page.evaluate(async (given) => {
      const { avatar, view } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const told: string[] = [];
      const shown = new view.AvatarView(loaded, document.getElementById('view')!, given);
      shown.onError = ({ code }) => told.push(code);
      await new Promise<void>((resolve) => { shown.onFirstRendering = resolve; });
      shown.dispose();
      return told;
    }, options);
    expect(seen).toEqual(['renderingReduced']);
    expect(stage.realProblems().filter((line) => !line.includes('ERR_FAILED'))).toEqual([]);
  });

  it('shows the small picture for a file that is cut off, says so, and keeps asking for poses', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { avatar, face, view } = renderModules;
      const { manifest, manifestUrl, integrity } = await avatar.AvatarManager.shared.load('ava');
      const whole = await (await fetch(new URL(manifest.rig.file, manifestUrl))).arrayBuffer();
      const cut = new avatar.Avatar({ manifest, manifestUrl, integrity, files: new Map([[manifest.rig.file, whole.slice(0, 100_000)]]) });
      let asked = () => {};
      const controller = { poseAt: () => { asked(); return face.createPose(); } };
      const container = document.getElementById('view')!;
      const shown = new view.AvatarView(cut, container, { controller, quality: 'low' });
      const code = await new Promise<string>((resolve) => { shown.onError = (each) => { resolve(each.code); }; });
      await new Promise<void>((resolve) => { asked = resolve; });
      const picture = container.querySelector('img')!;
      await picture.decode();
      const { clientHeight } = picture;
      shown.dispose();
      return { code, clientHeight, left: container.childElementCount };
    });
    expect(seen).toEqual({ code: 'unsupportedAvatarAsset', clientHeight: 112, left: 0 });
  });

  it('frees an avatar that cannot be put on the stage, and shows the small picture', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { avatar, view } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const rig = await loaded.createRig();
      let freed = 0;
      const odd = Object.create(rig, {
        root: { get: () => { throw new Error('no root'); } }, dispose: { value: () => { freed++; } },
      }) as typeof rig;
      const refused = Object.create(loaded, { createRig: { value: () => Promise.resolve(odd) } }) as typeof loaded;
      const container = document.getElementById('view')!;
      const shown = new view.AvatarView(refused, container, { quality: 'low' });
      const code = await new Promise<string>((resolve) => { shown.onError = (each) => { resolve(each.code); }; });
      const { length: pictures } = container.querySelectorAll('img');
      shown.dispose();
      rig.dispose();
      return { code, freed, pictures, canvases: document.querySelectorAll('canvas').length };
    });
    expect(seen).toEqual({ code: 'renderingUnavailable', freed: 1, pictures: 1, canvases: 0 });
  });

  it('says that there is no WebGL, shows the small picture and keeps asking for poses', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { avatar, face, view } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const getContext = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = () => null;
      const pose = face.createPose();
      let asked = () => {};
      const controller = { poseAt: () => { asked(); return pose; } };
      const container = document.getElementById('view')!;
      const shown = new view.AvatarView(loaded, container, { controller });
      const code = await new Promise<string>((resolve) => { shown.onError = (each) => { resolve(each.code); }; });
      HTMLCanvasElement.prototype.getContext = getContext;
      const picture = container.querySelector('img')!;
      await picture.decode();
      await new Promise<void>((resolve) => { asked = resolve; });
      const { clientWidth, clientHeight, naturalWidth } = picture;
      shown.dispose();
      return { code, clientWidth, clientHeight, naturalWidth, left: container.childElementCount };
    });
    expect(seen).toMatchObject({ code: 'renderingUnavailable', clientWidth: 96, clientHeight: 112, left: 0 });
    expect(seen.naturalWidth, 'it was loaded').toBeGreaterThan(0);
  });
});

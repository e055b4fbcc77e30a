import { describe, expect, it } from 'vitest';
import { useStage } from '../stage.js';
import type {} from '../rig/page/page.js';

const stage = useStage('rig', { viewport: { width: 72, height: 84 } });

describe('the look in a browser', { timeout: 300_000 }, () => {
  it('compiles in every quality and changes presets and framings on a live view, without a word from WebGL', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { avatar, face, look, view } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const pose = face.createPose();
      const container = document.getElementById('view')!;
      const shown = new view.AvatarView(loaded, container, { controller: { poseAt: () => pose }, quality: 'low', idleCamera: true });
      await new Promise<void>((resolve) => { shown.onFirstRendering = resolve; });
      shown.pauseRendering();
      const gl = container.querySelector('canvas')!.getContext('webgl2')!;
      const middle = new Uint8Array(4);
      const pictures: string[] = [];
      const errors: number[] = [];
      shown.framing = 'close';
      const note = (name: string) => {
        gl.readPixels(gl.drawingBufferWidth / 2, gl.drawingBufferHeight / 2, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, middle);
        pictures.push(`${name} ${[...middle].join()}`);
        errors.push(gl.getError());
      };
      for (const background of look.BACKGROUNDS) {
        shown.background = background;
        note(background);
      }
      for (const quality of look.QUALITY_NAMES) {
        shown.quality = quality;
        note(quality);
      }
      const state = { quality: shown.quality, background: shown.background, framing: shown.framing, current: shown.currentQuality };
      shown.dispose();
      return { pictures, errors, state };
    });
    expect(seen.errors.every((code) => code === 0)).toBe(true);
    expect(seen.state).toEqual({ quality: 'ultra', background: 'transparent', framing: 'close', current: 'ultra' });
    const light = (picture: string) => picture.split(' ')[1]!.split(',').map(Number);
    for (const picture of seen.pictures) {
      const [red = 0, , blue = 0, alpha] = light(picture);
      expect(alpha, picture).toBe(255);
      expect(red, `skin is warm in ${picture}`).toBeGreaterThan(blue);
    }
    expect(new Set(seen.pictures.slice(0, 3).map(light).map(String)).size, 'presets differ').toBe(3);
    expect(stage.realProblems()).toEqual([]);
  });

  it('dresses what other makers’ files hold, without a word from WebGL', async () => {
    const drawn = await stage.page.evaluate(async () => {
      const { look, three } = renderModules;
      const renderer = new three.WebGLRenderer();
      renderer.setSize(8, 8);
      const stage = new look.Stage();
      stage.prepare(renderer, 'studio', look.QUALITY.medium);
      const map = Object.assign(new three.DataTexture(new Uint8Array([200, 128, 90, 200]), 1, 1), { needsUpdate: true });
      const ball = new three.SphereGeometry(0.1, 8, 6);
      const Standard = three.MeshStandardMaterial;
      const Physical = three.MeshPhysicalMaterial;
      const materials = [
        new Standard({ name: 'Wolf3D_Skin' }), new Physical({ name: 'Std_Skin_Head', map, aoMap: map, metalnessMap: map, sheen: 1 }),
        new Standard({ name: 'Skin', metalness: 0, metalnessMap: map }), new Standard({ name: 'Wolf3D_Eye', map }),
        new Physical({ name: 'Eye', clearcoat: 0, map }), new Physical({ name: 'Std_Cornea_L', transmission: 1 }),
        new Standard({ name: 'Hair_Transparency', map, transparent: true }), new Standard({ name: 'HairSoft', map, transparent: true }),
        new Standard({ name: 'Wolf3D_Hair' }), new three.MeshBasicMaterial({ name: 'EyeOccl', transparent: true }),
        new three.MeshToonMaterial({ name: 'N00_000_Hair_00_HAIR' }),
      ];
      await stage.add(new three.Group().add(...materials.map((material) => new three.Mesh(ball.clone(), material))));
      const camera = new three.PerspectiveCamera(20, 1, 0.05, 10);
      camera.position.z = 1;
      renderer.render(stage.scene, camera);
      const { calls } = renderer.info.render;
      // The three of skin throw shadows.
      const shadows = 3;
      stage.dispose();
      renderer.dispose();
      return { calls, wanted: materials.length + 1 + shadows };
    });
    expect(drawn.calls).toBe(drawn.wanted);
    expect(stage.realProblems()).toEqual([]);
  });

  it('refuses what it does not know', async () => {
    const codes = await stage.page.evaluate(async () => {
      const { avatar, view } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const container = document.getElementById('view')!;
      const make = (options: object) => { try { new view.AvatarView(loaded, container, options).dispose(); return 'made'; } catch (error) { return (error as { code: string }).code; } };
      return [make({ quality: 'standard' }), make({ background: 'beach' }), make({ framing: '' })];
    });
    expect(codes).toEqual(['invalidConfiguration', 'invalidConfiguration', 'invalidConfiguration']);
  });

  it('shows known materials under known light in the colours that follow from them', async () => {
    const pixels = await stage.page.evaluate(() => {
      const { look, three } = renderModules;
      const renderer = new three.WebGLRenderer({ alpha: true });
      renderer.setSize(8, 8);
      const stage = new look.Stage();
      stage.prepare(renderer, 'studio', look.QUALITY.low);
      const camera = new three.OrthographicCamera(-1, 1, 1, -1, 0.1, 10);
      camera.position.z = 1;
      const texture = new three.DataTexture(new Uint8Array([128, 64, 200, 255]), 1, 1);
      texture.colorSpace = three.SRGBColorSpace;
      texture.needsUpdate = true;
      const lamp = new three.DirectionalLight(0xffffff, Math.PI * 0.5);
      lamp.position.set(0, 0, 1);
      const shoot = (material: InstanceType<typeof three.Material>) => {
        const scene = new three.Scene().add(new three.Mesh(new three.PlaneGeometry(2, 2), material), lamp);
        renderer.render(scene, camera);
        const out = new Uint8Array(4);
        renderer.getContext().readPixels(4, 4, 1, 1, 0x1908, 0x1401, out);
        return [...out];
      };
      const result = {
        picture: shoot(new three.MeshBasicMaterial({ map: texture })),
        untouched: shoot(new three.MeshBasicMaterial({ map: texture, toneMapped: false })),
        lit: shoot(new three.MeshPhysicalMaterial({ color: '#c08060', roughness: 1, specularIntensity: 0 })),
      };
      stage.dispose();
      renderer.dispose();
      return result;
    });
    const linear = (byte: number) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
    const encoded = (value: number) => 255 * (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);
    // The toe of Khronos' PBR Neutral tone mapping; its shoulder begins at 0.76, above these.
    const neutral = (rgb: readonly number[]) => { const low = Math.min(...rgb); const offset = low < 0.08 ? low - 6.25 * low * low : 0.04; return rgb.map((value) => value - offset); };
    const expectNear = (seen: readonly number[], wanted: readonly number[]) => { wanted.forEach((value, i) => { expect(Math.abs(seen[i]! - value), `${seen.join()} for ${wanted.join()}`).toBeLessThan(1.6); }); };
    expectNear(pixels.untouched, [128, 64, 200]);
    expectNear(pixels.picture, neutral([128, 64, 200].map(linear)).map(encoded));
    expectNear(pixels.lit, neutral([0xc0, 0x80, 0x60].map((byte) => linear(byte) * 0.5)).map(encoded));
  });

  it('draws a default avatar in at most 12 calls, and its shadows in 3', async () => {
    const calls = await stage.page.evaluate(async () => {
      const { avatar, look, three } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const rig = await loaded.createRig();
      const renderer = new three.WebGLRenderer();
      renderer.setSize(16, 16);
      const stage = new look.Stage();
      stage.prepare(renderer, 'studio', look.QUALITY.high);
      await stage.add(rig.root);
      const camera = new three.PerspectiveCamera(20, 1, 0.05, 10);
      camera.position.z = 1.2;
      renderer.info.autoReset = false;
      const count = () => { renderer.info.reset(); renderer.render(stage.scene, camera); return renderer.info.render.calls; };
      count();
      const all = count();
      stage.scene.traverse((node) => { if (node instanceof three.DirectionalLight) node.castShadow = false; });
      const withoutShadows = count();
      rig.dispose();
      stage.dispose();
      renderer.dispose();
      return { withoutShadows, shadows: all - withoutShadows };
    });
    expect(calls.withoutShadows).toBeLessThanOrEqual(12);
    expect(calls.shadows).toBeLessThanOrEqual(3);
  });

  it('lets the page through, and its edges are premultiplied: right on a page of any colour', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { avatar, face, view } = renderModules;
      const loaded = await avatar.AvatarManager.shared.load('ava');
      const container = document.getElementById('view')!;
      const shown = new view.AvatarView(loaded, container, { controller: { poseAt: () => face.createPose() }, quality: 'medium', background: 'transparent' });
      await new Promise<void>((resolve) => { shown.onFirstRendering = resolve; });
      shown.pauseRendering();
      const canvas = container.querySelector('canvas')!;
      const gl = canvas.getContext('webgl2')!;
      shown.framing = 'bust';
      const values = new Uint8Array(canvas.width * canvas.height * 4);
      gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, values);
      let [clear, solid, edge, glowing] = [0, 0, 0, 0];
      for (let i = 0; i < values.length; i += 4) {
        const alpha = values[i + 3]!;
        if (alpha === 0) clear++;
        else if (alpha === 255) solid++;
        else edge++;
        if (Math.max(values[i]!, values[i + 1]!, values[i + 2]!) > alpha) glowing++;
      }
      shown.dispose();
      return { clear, solid, edge, glowing };
    });
    expect(seen.clear).toBeGreaterThan(500);
    expect(seen.solid).toBeGreaterThan(1_000);
    expect(seen.edge, 'edges are smooth').toBeGreaterThan(40);
    expect(seen.glowing, 'no pixel adds more light than it covers').toBe(0);
  });

  it('leaves nothing in graphics memory after 200 avatars came and went', async () => {
    const seen = await stage.page.evaluate(async () => {
      const { look, rig, three } = renderModules;
      const renderer = new three.WebGLRenderer();
      renderer.setSize(4, 4);
      const camera = new three.PerspectiveCamera(20, 1, 0.05, 10);
      camera.position.z = 1.2;
      const stage = new look.Stage();
      stage.prepare(renderer, 'studio', look.QUALITY.low);
      const texture = () => Object.assign(new three.DataTexture(new Uint8Array([255, 128, 0, 255]), 1, 1), { needsUpdate: true });
      const material = (name: string, more: object = {}) => new three.MeshStandardMaterial({ name, map: texture(), ...more });
      const face = () => {
        const teeth = material('Teeth');
        const ball = () => new three.SphereGeometry(0.1, 4, 4);
        return new three.Group().add(
          new three.Mesh(ball(), material('Skin')), new three.Mesh(ball(), material('Hair', { alphaTest: 0.4 })),
          new three.Mesh(ball(), teeth), new three.Mesh(ball(), teeth), new three.Mesh(ball(), material('Lash', { transparent: true })),
        );
      };
      // One stays, so that shaders are not compiled 200 times.
      await stage.add(face());
      const come = async () => { const guest = await rig.GlbRig.of(face()); await stage.add(guest.root); renderer.render(stage.scene, camera); const held = { ...renderer.info.memory }; guest.dispose(); renderer.render(stage.scene, camera); return held; };
      const held = await come();
      const first = { ...renderer.info.memory };
      for (let i = 0; i < 200; i++) await come();
      for (const background of [...look.BACKGROUNDS, ...look.BACKGROUNDS]) stage.setBackground(renderer, background);
      const last = { ...renderer.info.memory };
      stage.dispose();
      renderer.dispose();
      return { held, first, last };
    });
    expect(seen.held.geometries).toBeGreaterThan(seen.first.geometries + 3);
    expect(seen.held.textures).toBeGreaterThan(seen.first.textures + 3);
    expect(seen.last).toEqual(seen.first);
  });
});

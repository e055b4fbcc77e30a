/**
 * What `visavis avatar pack` has a browser do: pictures to WebP of a bounded size, and a thumbnail by the client's own view.
 * Asks the command for one job after the other and hands back what came of it.
 */
import { AvatarManager, AvatarSDK, AvatarView } from '@visavis/client';
import { CHANNEL, createPose } from '@visavis/face';

type Job =
  | { readonly kind: 'picture'; readonly id: number; readonly maxSize: number; readonly quality: number }
  | { readonly kind: 'thumbnail'; readonly id: number; readonly size: number; readonly quality: number }
  | { readonly kind: 'done' };

/** Frames after the first: the avatar has settled, and its textures are there. */
const SETTLED_FRAMES = 4;

/** Nothing for a picture with holes: a canvas forgets the colours under them, which mipmaps bleed into its edges. */
async function picture(input: Blob, { maxSize, quality }: Extract<Job, { kind: 'picture' }>): Promise<Blob> {
  const whole = await createImageBitmap(input, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const scale = Math.min(1, maxSize / Math.max(whole.width, whole.height));
  const [width, height] = [whole.width, whole.height].map((side) => Math.max(1, Math.round(side * scale))) as [number, number];
  return toWebp(whole, width, height, quality, true);
}

async function toWebp(source: ImageBitmap, width: number, height: number, quality: number, keepHoles = false): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  for (let i = 3; keepHoles && i < data.length; i += 4) if (data[i]! < 255) return new Blob();
  return canvas.convertToBlob({ type: 'image/webp', quality });
}

/** The avatar at rest, with the first touch of a smile, as the view draws it. */
async function thumbnail(input: Blob, { size, quality }: Extract<Job, { kind: 'thumbnail' }>): Promise<Blob> {
  await AvatarSDK.initialize('workshop', { drivingServiceMode: 'backend' });
  const avatar = await AvatarManager.shared.loadFile(new File([input], 'avatar'));
  const smiling = createPose();
  smiling.weights[CHANNEL.mouthSmileLeft] = smiling.weights[CHANNEL.mouthSmileRight] = 0.3;
  const view = new AvatarView(avatar, document.getElementById('stage')!, { quality: 'medium', framing: 'portrait' });
  await new Promise<void>((resolve, reject) => {
    let frames = 0;
    view.onError = reject;
    view.onPoseApplied = () => { if (++frames > SETTLED_FRAMES) resolve(); };
    view.poseFilter = () => smiling;
  });
  const drawn = await view.exportBitmap();
  view.dispose();
  if (!drawn) throw new Error('there is no WebGL to draw a thumbnail with');
  return toWebp(await createImageBitmap(drawn), size, size, quality);
}

async function work(job: Exclude<Job, { kind: 'done' }>, token: string): Promise<void> {
  const input = await (await fetch(`input/${job.id}?${token}`)).blob();
  const output = await (job.kind === 'picture' ? picture(input, job) : thumbnail(input, job));
  await fetch(`output/${job.id}?${token}`, { method: 'POST', body: output });
}

async function run(): Promise<void> {
  const token = location.search.slice(1);
  for (;;) {
    const job = (await (await fetch(`next?${token}`)).json()) as Job;
    if (job.kind === 'done') return;
    await work(job, token).catch((error: unknown) => fetch(`failed/${job.id}?${token}`, { method: 'POST', body: String(error) }));
  }
}

void run();

import { beforeEach, describe, expect, it } from 'vitest';
import { ManualMicrophone, ManualOutput, ManualTimer, MemoryTransport } from '../test/index.js';
import { AvatarController } from './avatar-controller.js';

let microphone: ManualMicrophone;
let transport: MemoryTransport;
let controller: AvatarController;
let told: string[];

beforeEach(async () => {
  told = [];
  await use(new ManualMicrophone());
});

async function use(device: ManualMicrophone): Promise<void> {
  microphone = device;
  transport = new MemoryTransport();
  controller = new AvatarController({ output: new ManualOutput(), timer: new ManualTimer(), microphone });
  controller.onMicrophoneState = (state) => told.push(state);
  controller.onError = ({ code }) => told.push(code);
  await controller.connect(transport);
}

const tone = (ms: number): Float32Array => Float32Array.from({ length: (microphone.sampleRate * ms) / 1000 }, (_, i) => Math.sin((2 * Math.PI * 300 * i) / microphone.sampleRate));

describe('the microphone of a controller', () => {
  it.each([48_000, 44_100, 16_000, 8_000])('captured at %i Hz goes up as PCM of 16 kHz where there is no Opus encoder', async (sampleRate) => {
    await use(new ManualMicrophone(sampleRate));
    await controller.startMicrophone();
    const whole = tone(1_000);
    for (let at = 0; at < whole.length; at += sampleRate / 50) microphone.hear(whole.slice(at, at + sampleRate / 50));
    const samples = transport.microphone.flatMap(({ bytes }) => [...new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)]);
    expect(new Set(transport.microphone.map(({ codec }) => codec))).toEqual(new Set(['pcm']));
    expect(samples.length).toBeGreaterThan(15_900);
    const worst = Math.max(...samples.slice(800, 15_000).map((sample, i) => Math.abs(sample / 32_767 - Math.sin((2 * Math.PI * 300 * (i + 800)) / 16_000))));
    expect(worst).toBeLessThan(0.01);
  });

  it('goes on and off, once however often it is asked', async () => {
    await Promise.all([controller.startMicrophone(), controller.startMicrophone()]);
    await controller.startMicrophone();
    expect([microphone.isOpen, controller.microphoneState]).toEqual([true, 'on']);
    controller.stopMicrophone();
    microphone.hear(tone(20));
    expect([microphone.isOpen, controller.microphoneState, transport.microphone.length]).toEqual([false, 'off', 0]);
    await controller.startMicrophone();
    microphone.hear(tone(20));
    expect(transport.microphone).toHaveLength(1);
    expect(told).toEqual(['starting', 'on', 'off', 'starting', 'on']);
  });

  it.each(['microphoneDenied', 'microphoneUnavailable'] as const)('that is refused says %s, and everything else goes on', async (code) => {
    microphone.refusal = code;
    await expect(controller.startMicrophone()).rejects.toMatchObject({ code });
    expect(told).toEqual(['starting', 'off', code]);
    expect(controller.yieldAudioData(new Uint8Array(3_200))).not.toBeNull();
    microphone.refusal = undefined;
    await controller.startMicrophone();
    expect(controller.microphoneState).toBe('on');
  });

  it('that is unplugged says so, and can be started again', async () => {
    await controller.startMicrophone();
    microphone.unplug();
    expect([controller.microphoneState, microphone.isOpen]).toEqual(['off', false]);
    expect(told.slice(2)).toEqual(['off', 'microphoneUnavailable']);
    await controller.startMicrophone();
    expect(microphone.isOpen).toBe(true);
  });

  it('is not left open: stopped while it starts, and when the controller closes', async () => {
    const starting = controller.startMicrophone();
    controller.stopMicrophone();
    await starting;
    expect([microphone.isOpen, controller.microphoneState]).toEqual([false, 'off']);
    await controller.startMicrophone();
    controller.close();
    expect(microphone.isOpen).toBe(false);
    const late = controller.startMicrophone();
    controller.dispose();
    await late;
    expect(microphone.isOpen).toBe(false);
    await expect(controller.startMicrophone()).rejects.toMatchObject({ code: 'invalidState' });
  });

  it('of a rate that cannot be converted says so and is given back', async () => {
    await use(new ManualMicrophone(44_056));
    await expect(controller.startMicrophone()).rejects.toMatchObject({ code: 'microphoneUnavailable' });
    expect(microphone.isOpen).toBe(false);
  });

  it('stopped and wanted again while it starts is on in the end', async () => {
    const [first, stopped, again] = [controller.startMicrophone(), controller.stopMicrophone(), controller.startMicrophone()];
    await Promise.all([first, stopped, again]);
    expect([microphone.isOpen, controller.microphoneState]).toEqual([true, 'on']);
    expect(told).toEqual(['starting', 'off', 'starting', 'on']);
  });

  it('goes off with a change to a transport that takes the voice by itself, and stays on with a change to one that does not', async () => {
    await controller.startMicrophone();
    await controller.connect(new MemoryTransport());
    expect([microphone.isOpen, controller.microphoneState]).toEqual([true, 'on']);
    const own = { isOn: false, start: () => Promise.resolve(void (own.isOn = true)), stop: () => { own.isOn = false; } };
    await controller.connect(Object.assign(new MemoryTransport(), { ownMicrophone: own }));
    expect([microphone.isOpen, controller.microphoneState]).toEqual([false, 'off']);
    await controller.startMicrophone();
    expect([microphone.isOpen, own.isOn, controller.microphoneState]).toEqual([false, true, 'on']);
    await controller.connect(transport);
    expect([own.isOn, controller.microphoneState]).toEqual([false, 'off']);
  });
});

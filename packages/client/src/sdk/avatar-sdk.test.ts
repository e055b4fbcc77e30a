import { afterEach, describe, expect, it } from 'vitest';
import { AvatarManager } from '../avatar/index.js';
import { AvatarSDK } from './avatar-sdk.js';
import type { DrivingServiceMode } from './configuration.js';

const baseUrl = AvatarManager.shared.baseUrl;

afterEach(() => {
  AvatarSDK.cleanup();
});

describe('AvatarSDK', () => {
  it('has the documented defaults, in backend mode', async () => {
    await AvatarSDK.initialize('app');
    expect(AvatarSDK.appId).toBe('app');
    expect(AvatarSDK.configuration).toEqual({
      region: 'auto', drivingServiceMode: 'backend', logLevel: 'off', renderQuality: 'ultra', customEndpoint: undefined,
      audioFormat: { channelCount: 1, sampleRate: 16_000, inputAudioFormat: 'pcm', opusUplinkEnabled: true, opusBitrate: 48_000 },
    });
  });

  it('takes settings and forgets them', async () => {
    await AvatarSDK.initialize('app', { audioFormat: { sampleRate: 24_000 }, customEndpoint: 'https://cdn.example/faces' });
    AvatarSDK.setUserId('u');
    AvatarSDK.setSessionToken('t');
    AvatarSDK.setRenderQuality('standard');
    AvatarSDK.setRenderResolutionCap(true, 720);
    expect(AvatarSDK.configuration).toMatchObject({ renderQuality: 'medium', audioFormat: { sampleRate: 24_000 } });
    expect(AvatarManager.shared.baseUrl).toBe('https://cdn.example/faces/');
    expect([AvatarSDK.userId, AvatarSDK.sessionToken, AvatarSDK.renderResolutionCapEnabled, AvatarSDK.renderResolutionMaxHeight]).toEqual(['u', 't', true, 720]);
    AvatarSDK.cleanup();
    expect([AvatarSDK.appId, AvatarSDK.userId, AvatarSDK.renderResolutionMaxHeight]).toEqual([undefined, undefined, 1440]);
    expect(AvatarManager.shared.baseUrl).toBe(baseUrl);
  });

  it('gives the folder of avatars back when initialized anew without one', async () => {
    await AvatarSDK.initialize('app', { customEndpoint: 'https://a.example/' });
    await AvatarSDK.initialize('app', { customEndpoint: 'https://b.example/' });
    expect(AvatarManager.shared.baseUrl).toBe('https://b.example/');
    await AvatarSDK.initialize('app');
    expect(AvatarManager.shared.baseUrl).toBe(baseUrl);
  });

  it.each([
    ['direct mode', { drivingServiceMode: 'direct' as DrivingServiceMode }, 'backend'],
    ['a carrier of another kind', { drivingServiceMode: 'rtc' as DrivingServiceMode }, 'Transport'],
    ['a rate', { audioFormat: { sampleRate: 12_345 } }, '16000'],
    ['a mode', { drivingServiceMode: 'p2p' as DrivingServiceMode }, 'rtc'],
  ])('refuses %s and says what to do', async (_, configuration, advice) => {
    await AvatarSDK.initialize('app');
    await expect(AvatarSDK.initialize('other', configuration)).rejects.toMatchObject({ code: 'invalidConfiguration', message: expect.stringContaining(advice) });
    expect(AvatarSDK.appId).toBe('app');
    await expect(AvatarSDK.initialize(' ')).rejects.toMatchObject({ code: 'invalidConfiguration' });
  });
});

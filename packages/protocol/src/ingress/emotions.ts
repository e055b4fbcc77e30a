/** What `RequestOptions.emotion` may say. */
export const EMOTIONS = ['neutral', 'happy', 'sad', 'angry', 'surprised', 'calm'] as const;
export type Emotion = (typeof EMOTIONS)[number];

/** Nothing that we use comes here. */
export default function sharp() {
  throw new Error('sharp is not part of this project: pictures are made by Chromium');
}

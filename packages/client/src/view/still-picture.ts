/** Shows a picture in place of an avatar that cannot be drawn; the element's own description goes on telling what is there. */
export function showStill(container: HTMLElement, url: string): HTMLImageElement {
  const picture = document.createElement('img');
  picture.src = url;
  picture.alt = '';
  Object.assign(picture.style, { display: 'block', width: '100%', height: '100%', objectFit: 'contain' });
  container.append(picture);
  return picture;
}

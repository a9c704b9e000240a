// What is wrong with the page's layout, as a list of sentences, in a <pre> at its end.
(() => {
  const wrong = [], near = 0.75;
  const name = e => `<${e.tagName.toLowerCase()} class="${e.getAttribute('class') || ''}"> ${(e.getAttribute('aria-label') || e.textContent).trim().slice(0, 60)}`;
  const shown = e => e.getClientRects().length > 0 && e.getBoundingClientRect().width > 0;
  const within = (inner, outer) => inner.left >= outer.left - near && inner.right <= outer.right + near &&
    inner.top >= outer.top - near && inner.bottom <= outer.bottom + near;

  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) wrong.push(`the page is ${width} px wide in a window of ${innerWidth}`);

  let plots = 0, texts = 0;
  for (const svg of document.querySelectorAll('svg')) {
    if (!shown(svg)) continue;
    plots++;
    const box = svg.getBoundingClientRect();
    if (!within(box, svg.parentElement.getBoundingClientRect())) wrong.push(`reaches out of its figure: ${name(svg)}`);
    const labels = [...svg.querySelectorAll('text')].filter(shown);
    const boxes = labels.map(e => e.getBoundingClientRect());
    labels.forEach((label, i) => {
      texts++;
      const b = boxes[i];
      if (!within(b, box)) wrong.push(`reaches out of its plot: ${name(label)}`);
      if (b.height < 9) wrong.push(`too small to read, ${b.height} px high: ${name(label)}`);
      for (let j = 0; j < i; j++) { // the ink of a line of text is about 0.7 of its box
        const o = boxes[j], rim = 0.15 * Math.min(b.height, o.height);
        if (b.left < o.right && o.left < b.right && b.top + rim < o.bottom - rim && o.top + rim < b.bottom - rim) {
          wrong.push(`overlaps ${name(labels[j])}: ${name(label)}`);
        }
      }
    });
  }
  if (plots === 0 || texts === 0) wrong.push(`${plots} plots with ${texts} texts are shown`);
  for (const figure of document.querySelectorAll('figure')) {
    if ([...figure.querySelectorAll('svg')].filter(shown).length !== 1) wrong.push(`does not show one plot: ${name(figure)}`);
  }

  let scrolling = 0;
  for (const e of document.querySelectorAll('body *')) {
    if (!shown(e) || e.closest('svg')) continue;
    const style = getComputedStyle(e), wide = e.scrollWidth > e.clientWidth + 1 && style.display !== 'inline';
    if (wide && style.overflowX === 'hidden') wrong.push(`is cut off: ${name(e)}`);
    if (wide && style.overflowX === 'auto') {
      scrolling++;
      if (!style.backgroundImage.includes('gradient')) wrong.push(`scrolls without a sign: ${name(e)}`);
      if (e.tabIndex !== 0) wrong.push(`can't be scrolled by keys: ${name(e)}`);
    }
    if (!e.closest('.scroll') && e.getBoundingClientRect().right > innerWidth + near) wrong.push(`reaches out of the page: ${name(e)}`);
  }
  for (const cell of document.querySelectorAll('th, td')) {
    if (shown(cell) && cell.scrollWidth > cell.clientWidth + 1) wrong.push(`its text is wider than the cell: ${name(cell)}`);
  }

  for (const a of document.querySelectorAll('a[href]')) {
    const id = decodeURIComponent(a.getAttribute('href').slice(1));
    if (!a.getAttribute('href').startsWith('#') || !document.getElementById(id)) wrong.push(`leads nowhere: ${a.outerHTML}`);
  }

  // Text on its background: the contrast of WCAG 2, 4.5 to 1.
  const light = c => {
    const [r, g, b] = c.match(/[\d.]+/g).slice(0, 3).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = getComputedStyle(document.body).backgroundColor;
  for (const e of document.querySelectorAll('h1, h2, h3, p, dt, dd, th, td, figcaption, svg text')) {
    if (!shown(e)) continue;
    const style = getComputedStyle(e), ink = e.closest('svg') ? style.fill : style.color;
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) wrong.push(`too pale, ${ink} on ${ground}: ${name(e)}`);
  }

  const pre = document.createElement('pre');
  pre.id = 'look';
  pre.textContent = JSON.stringify({
    wrong: [...new Set(wrong)], width: innerWidth, plots, scrolling, dark: matchMedia('(prefers-color-scheme: dark)').matches, ground,
  });
  document.body.append(pre);
})();

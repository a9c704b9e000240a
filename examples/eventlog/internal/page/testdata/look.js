// What is wrong with the look of the page, as a list of sentences.
(() => {
  const wrong = [], near = 0.75;
  const name = e => `<${e.tagName.toLowerCase()} id="${e.id}" class="${e.getAttribute('class') ?? ''}"> ${e.textContent.trim().slice(0, 40)}`;
  const shown = e => e.getClientRects().length > 0 && e.getBoundingClientRect().width > 0;
  const all = [...document.querySelectorAll('body *')].filter(shown);

  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) wrong.push(`the page is ${wide} px wide in a window of ${innerWidth}`);
  for (const e of all) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (box.right > innerWidth + near || box.left < -near) wrong.push(`reaches out of the window: ${name(e)}`);
    if (e.closest('svg')) continue;
    const ends = style.textOverflow === 'ellipsis' && style.whiteSpace === 'nowrap';
    if (style.display !== 'inline' && e.scrollWidth > e.clientWidth + 1 && !ends) wrong.push(`its text is wider than itself: ${name(e)}`);
    if (/^(seq|time)$/.test(e.className) && e.scrollWidth > e.clientWidth + 1) wrong.push(`a number is cut off: ${name(e)}`);
  }

  for (const svg of all.filter(e => e.matches('svg'))) {
    const outer = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll('text')];
    const boxes = texts.map(e => e.getBoundingClientRect());
    if (texts.length < 5) wrong.push(`has ${texts.length} labels: ${name(svg)}`);
    boxes.forEach((b, i) => {
      if (b.left < outer.left - near || b.right > outer.right + near || b.top < outer.top - near || b.bottom > outer.bottom + near) {
        wrong.push(`reaches out of its chart: ${name(texts[i])}`);
      }
      for (const o of boxes.slice(0, i)) { // the ink of a line of text is about 0.7 of its box
        const rim = 0.15 * b.height;
        if (b.left < o.right && o.left < b.right && b.top + rim < o.bottom - rim && o.top + rim < b.bottom - rim) {
          wrong.push(`lies on another label: ${name(texts[i])}`);
        }
      }
    });
  }

  // Contrast by WCAG 2: 4.5 to 1 for text, 3 to 1 for what shows a figure or a field.
  const parts = colour => colour.match(/[\d.]+/g).map(Number);
  const light = colour => {
    const [r, g, b] = parts(colour).slice(0, 3).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (parts(colour).length === 3) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const contrast = (e, ink, on, least) => {
    const [a, b] = [light(ink), light(on)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < least) wrong.push(`too pale, ${ink} on ${on}: ${name(e)}`);
  };
  let texts = 0;
  for (const e of all) {
    const style = getComputedStyle(e);
    if (e.matches('input, textarea') || [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim() !== '')) {
      texts++;
      contrast(e, e.closest('svg') ? style.fill : style.color, ground(e), 4.5);
    }
    if (e.matches('input, textarea, button')) contrast(e, style.borderTopColor, ground(e.parentElement), 3);
    if (e.matches('.curve')) contrast(e, style.stroke, ground(e), 3);
    if (e.matches('.bar div div')) contrast(e, style.backgroundColor, ground(e.parentElement), 3);
    if (e.matches('dt.key')) contrast(e, getComputedStyle(e, '::before').borderTopColor, ground(e), 3);
  }
  if (texts < 60) wrong.push(`only ${texts} texts were looked at`);
  return [...new Set(wrong)];
})()

// Live stock and a cart that fills without a page load. Without this script everything still works.
const few = 5; // Index.cshtml.cs says the same

const feed = document.querySelector('[data-feed]');
if (feed) {
  const source = new EventSource('/stock/stream');
  source.addEventListener('stock', event => {
    const { live, levels } = JSON.parse(event.data);
    if (live !== null) say(live);
    for (const [sku, inStock] of Object.entries(levels)) show(sku, inStock);
  });
  source.onerror = () => say(false);
}

function say(live) {
  feed.dataset.feed = live ? 'live' : 'lost';
  feed.querySelector('[data-feed-text]').textContent = live ? 'Stock is live' : 'Stock may be out of date';
}

function show(sku, inStock) {
  const card = document.querySelector(`[data-sku="${CSS.escape(sku)}"]`);
  if (!card) return;
  const label = card.querySelector('[data-stock]');
  const text = inStock === 0 ? 'Sold out' : inStock <= few ? `Only ${inStock} left` : `${inStock} in stock`;
  card.querySelector('button').disabled = inStock === 0;
  if (label.textContent === text) return;
  label.textContent = text;
  label.className = `stock ${inStock === 0 ? 'out' : inStock <= few ? 'few' : 'many'}`;
  void label.offsetWidth; // lets the animation start anew
  label.classList.add('changed');
}

for (const form of document.querySelectorAll('form[data-add]')) {
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const button = form.querySelector('button');
    try {
      const response = await fetch(form.action, { method: 'POST', body: new FormData(form), headers: { accept: 'application/json' } });
      if (!response.ok) throw new Error(response.statusText);
      const { count } = await response.json();
      for (const number of document.querySelectorAll('[data-cart-count]')) {
        number.textContent = count;
        number.classList.remove('none');
      }
      document.querySelector('[data-bar]')?.classList.remove('none');
      button.textContent = 'Added ✓';
      setTimeout(() => { button.textContent = 'Add to cart'; }, 1200);
    } catch {
      form.submit();
    }
  });
}

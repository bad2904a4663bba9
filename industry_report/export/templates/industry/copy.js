// The one script of the page: a button below each table, or in the line of its files, that copies it as CSV. Reading needs no script.
(() => {
  const words = document.body.dataset;
  const cell = (td) => {
    const text = td.textContent.trim();
    // A spreadsheet would compute what begins like a formula; a signed number is none.
    const safe = /^[=+@\t-]/.test(text) && !/^[+-]?[\d.,]+%?$/.test(text) ? "'" + text : text;
    return '"' + safe.replaceAll('"', '""') + '"';
  };
  const csv = (table) => [...table.rows].map((row) => [...row.cells].map(cell).join(',')).join('\r\n') + '\r\n';
  const copyOld = (text) => {
    const field = document.createElement('textarea');
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyOld(text);
    }
  };
  for (const table of document.querySelectorAll('main table')) {
    const button = document.createElement('button');
    const said = document.createElement('span');
    const files = table.closest('figure')?.querySelector(':scope > .files');
    const line = files ?? document.createElement('p');
    const name = table.caption ? table.caption.textContent : table.getAttribute('aria-label');
    button.type = 'button';
    button.textContent = words.copy;
    button.setAttribute('aria-label', words.copy + ' – ' + name);
    said.setAttribute('role', 'status');
    button.addEventListener('click', async () => {
      said.textContent = (await copy(csv(table))) ? words.copied : words.failed;
      button.focus();
      setTimeout(() => { said.textContent = ''; }, 4000);
    });
    line.append(button, said);
    if (!files) {
      line.className = 'tools';
      table.parentElement.after(line);
    }
  }
})();

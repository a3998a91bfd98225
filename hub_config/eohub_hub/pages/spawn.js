// Whoever chooses a size means its profile; without this script the two are chosen one after the other.
for (const select of document.querySelectorAll('.eohub-sizes select')) {
  select.addEventListener('change', () => {
    select.closest('.eohub-profile').querySelector('input[type=radio]').checked = true;
  });
}

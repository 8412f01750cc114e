// The first: what it takes out of the address is nobody else's to read.
import './answer';
import { mount } from 'svelte';
import App from './App.svelte';
import './style.css';
import { applyTheme } from './theme.svelte';
import { takeLink } from './link';

applyTheme();
const link = takeLink();
const target = document.getElementById('page');
if (target) {
  mount(App, { target, props: { link } });
}

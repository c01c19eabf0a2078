import { repos } from './repos/plugin';
import { shell } from './shell/plugin';

export default [shell, repos];

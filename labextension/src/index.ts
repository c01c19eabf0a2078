import { domain } from './domain/plugin';
import { repos } from './repos/plugin';
import { shell } from './shell/plugin';

export default [shell, repos, domain];

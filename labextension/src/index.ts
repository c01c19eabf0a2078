import { domain } from './domain/plugin';
import { domainPanel } from './domain/room-plugin';
import { doctor } from './doctor/plugin';
import { experiments } from './experiments/plugin';
import { links } from './links/plugin';
import { repos } from './repos/plugin';
import { shell } from './shell/plugin';

export default [shell, repos, domain, domainPanel, experiments, links, doctor];

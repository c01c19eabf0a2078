/** The page of one run: all that was recorded, and the notebook as it ran beside it. */

import * as React from 'react';

import { Book } from '../../notebooks/book';
import { Icon } from '../../shell/icon';
import { RunCurves } from './curves-part';
import { statusWords } from '../latest';
import { Code, Environment } from './facts';
import { Files, type IOpened } from './files';
import { RunHead } from './head';
import { Data, Others } from './others';
import type { IPartProps, IRunPageProps } from './props';
import { Trouble } from './told';
import { JobPart } from '../training/job-part';
import { Toolbar } from './toolbar';
import { Metrics, Parameters } from './values';
import { lastPart } from '../../shell/sizes';

export function RunPage(props: IRunPageProps): React.ReactElement {
  const { shown, problem, gone, trans, deeds } = props;
  const now = useNow(shown?.status === 'running');
  return (
    <div
      className="smo-Run"
      data-smo-page="run"
      data-smo-run={props.id}
      data-smo-state={shown?.status}
    >
      <Toolbar {...props} />
      {problem && shown !== null && (
        <div
          role="status"
          className="smo-Run-told"
          data-smo-room-state={gone ? 'gone' : 'stale'}
        >
          <Trouble
            trouble={
              gone
                ? {
                    code: problem.code,
                    message: trans.__('This run is no longer in its store.'),
                    hint: trans.__('Shown is what was read before.')
                  }
                : problem
            }
            trans={trans}
            onAgain={deeds.again}
          />
        </div>
      )}
      {shown?.deleted && (
        <div role="status" className="smo-Run-told" data-smo-room-state="deleted">
          <Trouble
            trouble={{
              code: 'deleted',
              message: trans.__('This run was deleted; its store still has it.')
            }}
            trans={trans}
          />
        </div>
      )}
      {shown !== null ? (
        <Whole {...props} shown={shown} now={now} />
      ) : problem ? (
        <div role="alert" className="smo-Run-told" data-smo-room-state="failed">
          <Trouble trouble={problem} trans={trans} onAgain={deeds.again} />
        </div>
      ) : (
        <Waiting {...props} />
      )}
    </div>
  );
}

function Whole(props: IPartProps & { now: number }): React.ReactElement {
  const { kept, notebook, notebookProblem, trans, shown } = props;
  const [opened, setOpened] = React.useState<IOpened>({ folder: '', path: null });
  const files = React.useRef<HTMLDivElement>(null);
  const heard = useHeard(statusWords(shown.status, trans));
  const path = kept?.notebook.kept ?? '';
  const onFile = (wanted: string) => {
    setOpened({ folder: wanted.slice(0, wanted.lastIndexOf('/')), path: wanted });
    files.current?.scrollIntoView?.({ block: 'nearest' });
  };
  return (
    <div className="smo-Run-body" data-smo-notebook={path !== '' || undefined}>
      <div
        className="smo-Run-main"
        role="region"
        tabIndex={0}
        aria-label={trans.__('What was recorded')}
      >
        <RunHead {...props} />
        <span className="smo-only-heard" role="status" data-smo-heard>
          {heard}
        </span>
        <Missing {...props} />
        <div className="smo-Run-columns">
          <div>
            <Metrics {...props} />
            <Code {...props} />
            <Environment {...props} onFile={onFile} />
          </div>
          <div>
            <Parameters {...props} />
            <Data {...props} />
            <Others {...props} />
          </div>
        </div>
        {props.job && props.deeds.job && (
          <JobPart
            id={props.id}
            shown={props.job}
            trans={trans}
            deeds={props.deeds.job}
          />
        )}
        <div ref={files}>
          <Files {...props} opened={opened} onOpened={setOpened} />
        </div>
        <RunCurves {...props} />
        {shown.cut > 0 && (
          <p className="smo-secondary">
            {trans.__(
              'There is more than a page can show: %1 values or runs are left out.',
              shown.cut
            )}
          </p>
        )}
      </div>
      {path !== '' && (
        <aside
          className="smo-Run-notebook smo-Book-scroll"
          aria-label={trans.__('The notebook of the run')}
          aria-busy={notebook === null && notebookProblem === null}
        >
          <div className="smo-Run-notebookHead">
            <Icon name="file" />
            <h2 dir="auto">{notebookName(props)}</h2>
            <span className="smo-secondary">
              {kept?.notebook.executed ? ranWords(props) : trans.__('as it was saved')}
            </span>
          </div>
          {notebookProblem ? (
            <Trouble
              trouble={notebookProblem}
              trans={trans}
              onAgain={props.deeds.again}
            />
          ) : notebook?.notebook ? (
            <Book
              notebook={notebook.notebook}
              marked={{
                id: shown.code.cell,
                mark: { icon: 'start', words: trans.__('the run began here') }
              }}
              markdown={props.markdown}
              trans={trans}
            />
          ) : (
            <p className="smo-secondary">
              {notebook === null
                ? trans.__('Reading the notebook…')
                : trans.__(
                    'The notebook that was kept cannot be shown. It is among the files.'
                  )}
            </p>
          )}
        </aside>
      )}
    </div>
  );
}

function notebookName({ shown, kept }: IPartProps): string {
  return lastPart(shown.code.notebook || (kept?.notebook.kept ?? ''));
}

/** "as it ran, cells 1, 2, 4, 5" */
function ranWords({ notebook, trans }: IPartProps): string {
  const counts = (notebook?.notebook?.cells ?? [])
    .map(cell => cell.count)
    .filter(found => found !== null);
  if (counts.length === 0) {
    return trans.__('as it ran');
  }
  const first = counts.slice(0, 8).join(', ');
  return counts.length > 8
    ? trans.__('as it ran, cells %1, …', first)
    : trans.__('as it ran, cells %1', first);
}

function Missing(props: IPartProps): React.ReactElement | null {
  const { shown, kept, trans } = props;
  const told = kept?.missing ?? (shown.missing === '' ? [] : [shown.missing]);
  if (told.length === 0) {
    return null;
  }
  return (
    <section
      className="smo-Run-missing"
      data-smo-part="missing"
      aria-label={trans.__('Not recorded')}
    >
      <Icon name="inTheWay" tone="warn" />
      <ul>
        {told.map((sentence, index) => (
          <li key={index}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}

function Waiting(props: IRunPageProps): React.ReactElement {
  const { late, trans } = props;
  return (
    <div className="smo-Run-waiting" data-smo-room-state="loading" aria-busy="true">
      <p className="smo-Runs-late" role="status">
        {late ? trans.__('The store of this run has not answered for 3 s.') : ''}
      </p>
      {[0, 1, 2, 3, 4, 5].map(bar => (
        <div key={bar} className="smo-Grid-skeletonRow smo-Runs-skeletonRow" />
      ))}
    </div>
  );
}

/** What is said aloud: nothing at first, then each new state. */
function useHeard(words: string): string {
  const first = React.useRef(words);
  const [heard, setHeard] = React.useState('');
  React.useEffect(() => {
    if (words !== first.current) {
      first.current = words;
      setHeard(words);
    }
  }, [words]);
  return heard;
}

/** The time, by the second while it matters. */
function useNow(ticking: boolean): number {
  const [now, setNow] = React.useState(Date.now);
  React.useEffect(() => {
    if (!ticking) {
      return;
    }
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}

"""Learns step by step, so that one can watch it learn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from churn.model import NUMBERS, WORDS, split

MODELS = ("logistic", "boosting")


class Learner:
    """One model that learns in rounds.

    Args:
        kind: one of ``MODELS``. A logistic regression reads all customers once a round,
            boosting grows a tree.
        rate: how large a step is.
        depth: of a tree.
        seed: the same seed splits the same way and learns the same.
    """

    def __init__(
        self, customers: pd.DataFrame, kind: str, *, rate: float, depth: int, seed: int
    ) -> None:
        train, test, self._left, self.left_test = split(customers, seed)
        self._prepare = _prepare().fit(train)
        self._train, self._test = self._prepare.transform(train), self._prepare.transform(test)
        self.model: Any
        if kind == "logistic":
            self.model = SGDClassifier(
                loss="log_loss", learning_rate="constant", eta0=rate, random_state=seed
            )
        else:
            self.model = GradientBoostingClassifier(
                n_estimators=1,
                learning_rate=rate,
                max_depth=depth,
                random_state=seed,
                warm_start=True,
            )

    def rounds(self, number: int) -> Iterator[dict[str, float]]:
        """Learns; after each round, how good it is. Lower losses are better."""
        for n in range(1, number + 1):
            if isinstance(self.model, SGDClassifier):
                self.model.partial_fit(self._train, self._left, classes=[0, 1])
            else:
                self.model.set_params(n_estimators=n).fit(self._train, self._left)
            yield self.report()

    def likely(self) -> Any:
        """For each customer of the test: how likely it is that they leave."""
        return self.model.predict_proba(self._test)[:, 1]

    def report(self) -> dict[str, float]:
        likely = self.likely()
        learned = self.model.predict_proba(self._train)[:, 1]
        return {
            "train_loss": float(log_loss(self._left, learned)),
            "val_loss": float(log_loss(self.left_test, likely)),
            "val_auc": float(roc_auc_score(self.left_test, likely)),
            "accuracy": float(accuracy_score(self.left_test, likely > 0.5)),
        }

    def what_matters(self) -> dict[str, float]:
        """Weights of a logistic regression, else how much a feature helped the trees."""
        names = [name.split("__")[-1] for name in self._prepare.get_feature_names_out()]
        if isinstance(self.model, SGDClassifier):
            weights = self.model.coef_[0]
        else:
            weights = self.model.feature_importances_
        return {name: float(weight) for name, weight in zip(names, weights, strict=True)}


def _prepare() -> ColumnTransformer:
    return make_column_transformer(
        (StandardScaler(), NUMBERS), (OneHotEncoder(handle_unknown="ignore"), WORDS)
    )

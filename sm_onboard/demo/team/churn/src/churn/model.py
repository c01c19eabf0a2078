"""A small model that a person can read."""

from __future__ import annotations

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS = ["months", "calls", "euros_a_month"]
WORDS = ["contract"]


def split(customers: pd.DataFrame, seed: int = 7) -> list[pd.DataFrame | pd.Series]:
    """Customers to learn from and customers to test on, with who left: X, X, y, y."""
    features = customers[NUMBERS + WORDS]
    left = customers["left"]
    return train_test_split(features, left, test_size=0.3, random_state=seed, stratify=left)


def fit(features: pd.DataFrame, left: pd.Series, strength: float = 1.0) -> Pipeline:
    """Learns who leaves.

    Args:
        strength: how much large weights cost; smaller values mean a simpler model.
    """
    prepare = make_column_transformer(
        (StandardScaler(), NUMBERS), (OneHotEncoder(handle_unknown="ignore"), WORDS)
    )
    return make_pipeline(prepare, LogisticRegression(C=strength)).fit(features, left)


def report(model: Pipeline, features: pd.DataFrame, left: pd.Series) -> dict[str, float]:
    """How good the model is on customers it has not seen; 0.5 is a coin, 1 is perfect."""
    likely = model.predict_proba(features)[:, 1]
    return {
        "auc": float(roc_auc_score(left, likely)),
        "accuracy": float(accuracy_score(left, likely > 0.5)),
    }


def what_matters(model: Pipeline) -> pd.Series:
    """The model's weights, from "stays" to "leaves"."""
    prepare, regression = model[0], model[-1]
    names = [name.split("__")[-1] for name in prepare.get_feature_names_out()]
    return pd.Series(regression.coef_[0], index=names).sort_values()

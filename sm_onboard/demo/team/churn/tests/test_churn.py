import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from churn import fit, make_customers, read_customers, report, split


def test_the_file_holds_the_made_up_customers():
    made = make_customers().set_index("customer")
    assert read_customers().equals(made)


def test_the_model_is_better_than_a_coin():
    train, test, left_train, left_test = split(make_customers(2000))
    assert report(fit(train, left_train), test, left_test)["auc"] > 0.75

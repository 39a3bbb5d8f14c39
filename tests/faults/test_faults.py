"""No reset is lost or half done while workers, brokers and database connections are killed (`make faults` in short)."""

import pytest

from tests import services
from tests.faults import installations

pytestmark = pytest.mark.services
KILLS = 4


@pytest.mark.parametrize("name", installations.COMBINATIONS)
def test_nothing_is_lost(name, tmp_path):
    switch, _ = installations.COMBINATIONS[name]
    missing = installations.missing(name)
    if missing:
        (pytest.fail if services.is_required(switch) else pytest.skip)(missing)
    code, said = installations.run(name, KILLS, tmp_path)
    assert code == 0, said
    assert f"{KILLS} kills" in said

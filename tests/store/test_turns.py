"""What only one process may do at a time."""

import subprocess
import sys

from opendata_hub.store.operations.turns import Turns


def test_a_turn_is_one_process_s_until_it_is_given_up(engine):
    ours, theirs = Turns(engine), Turns(engine)
    turn = ours.try_take("scheduler")
    assert turn.is_held()
    assert theirs.try_take("scheduler") is None
    assert not theirs.is_free("scheduler")
    assert theirs.is_free("another")
    turn.give_up()
    with theirs.taking("scheduler") as is_ours:
        assert is_ours
        assert not ours.is_free("scheduler")
    assert ours.is_free("scheduler")


def test_a_turn_ends_with_the_process_that_has_it(engine):
    """However that ends: here it is killed."""
    url = engine.url.render_as_string(hide_password=False)
    taking = (
        "import sys, time\n"
        "from opendata_hub.store.engine import open_engine\n"
        "from opendata_hub.store.operations.turns import Turns\n"
        "turn = Turns(open_engine(sys.argv[1])).try_take('scheduler')\n"
        "print('taken', flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", taking, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "taken\n"
        assert not Turns(engine).is_free("scheduler")
        other.kill()
    for _ in range(1000):  # the server notices by itself that a connection is gone
        if Turns(engine).is_free("scheduler"):
            return
    raise AssertionError("the turn was not given back")

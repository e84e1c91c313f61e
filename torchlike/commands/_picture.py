"""Draws the picture of ``torchlike demo``; needs matplotlib."""

import math

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# The wrong images are drawn below the curves in rows of eight, at most three rows.
COLUMNS, MAX_ROWS = 8, 3

# Heights in inches.
CURVES, ROW = 4, 1.5


def draw(path, history, wrong):
    """Write a PNG with the curves of the training and the images that it got wrong.

    Parameters
    ----------
    path : str
    history : list of (training loss, held-out loss, held-out accuracy), one an epoch
    wrong : list of (image, label, guess)
        images are arrays of shape (8, 8), 1 is ink; the first 24 are drawn
    """
    rows = min(max(1, math.ceil(len(wrong) / COLUMNS)), MAX_ROWS)
    figure = Figure(figsize=(9, CURVES + rows * ROW), layout="constrained")
    FigureCanvasAgg(figure)
    curves, digits = figure.subfigures(2, 1, height_ratios=[CURVES, rows * ROW])
    _draw_curves(curves, history)
    _draw_digits(digits, wrong, rows)
    figure.savefig(path, dpi=120)


def _draw_curves(figure, history):
    train_loss, test_loss, accuracy = zip(*history)
    losses, accuracies = figure.subplots(1, 2)
    epochs = range(1, len(history) + 1)
    losses.plot(epochs, train_loss, ".-", label="training loss")
    losses.plot(epochs, test_loss, ".-", label="held-out loss")
    losses.set(xlabel="epoch", ylabel="negative log-likelihood", yscale="log")
    losses.legend()
    accuracies.plot(epochs, [100 * a for a in accuracy], ".-", color="tab:green")
    accuracies.set(xlabel="epoch", ylabel="held-out accuracy, %")
    accuracies.set_title(f"{accuracy[-1]:.2%} after the last epoch")
    for axes in (losses, accuracies):
        axes.set_xlim(0.5, len(epochs) + 0.5)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)


def _draw_digits(figure, wrong, rows):
    shown = wrong[: COLUMNS * rows]
    title = f"Wrong: {len(wrong)} held-out images"
    if len(shown) < len(wrong):
        title += f", the first {len(shown)} are shown"
    figure.suptitle(title)
    for axes in figure.subplots(rows, COLUMNS).flat:
        axes.set_axis_off()
    for axes, (image, label, guess) in zip(figure.axes, shown):
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(f"{label}, seen as {guess}", fontsize=9)

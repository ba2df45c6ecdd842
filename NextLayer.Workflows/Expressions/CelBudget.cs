namespace NextLayer.Workflows.Expressions;

/// <summary>
/// What an evaluation may still spend, in steps: one for each node evaluated, and one for each
/// <see cref="CharactersPerStep"/> characters or each element that a function reads or makes.
/// Share one among evaluations that belong together, such as the items of a transform. Not thread-safe.
/// </summary>
public sealed class CelBudget(long steps = CelBudget.DefaultSteps)
{
    /// <summary>Enough for any expression a person writes; some ten milliseconds of work.</summary>
    public const long DefaultSteps = 100_000;

    internal const int CharactersPerStep = 64;

    private readonly long _granted = steps;

    /// <summary>Steps left; zero or less once the budget is used up.</summary>
    public long Remaining { get; private set; } = steps;

    internal void Charge(long steps)
    {
        Remaining -= steps;
        if (Remaining < 0)
            throw new CelException(CelErrorCode.CostExceeded, $"The expression needs more than the {_granted} evaluation steps it may take.");
    }

    internal void ChargeText(long characters) => Charge(characters / CharactersPerStep);
}

using Microsoft.AspNetCore.Http.HttpResults;

namespace NextLayer.ControlPlane.Platform.Registry;

/// <summary>What a store answers: a value, or the problem that kept it from one. Exactly one of the two is there.</summary>
internal sealed class Outcome<T>
    where T : class
{
    private Outcome(T? value, ProblemHttpResult? problem) => (Value, Problem) = (value, problem);

    public T? Value { get; }

    public ProblemHttpResult? Problem { get; }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(ProblemHttpResult problem) => new(null, problem);

    /// <summary>As <c>200</c> with the value, or the problem.</summary>
    public Results<Ok<T>, ProblemHttpResult> ToOk() => Value is null ? Problem! : TypedResults.Ok(Value); // One of the two is there.
}

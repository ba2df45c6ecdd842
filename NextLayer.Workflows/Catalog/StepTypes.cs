namespace NextLayer.Workflows.Catalog;

/// <summary>The names of step types and ports that code refers to.</summary>
public static class StepTypes
{
    /// <summary>Does nothing and succeeds: a bare name of the short form.</summary>
    public const string Noop = "noop";

    /// <summary>Chooses a port; evaluated by the engine itself.</summary>
    public const string Condition = "condition";

    /// <summary>Runs its body for every item.</summary>
    public const string ForEach = "for_each";

    /// <summary>Pauses the run until somebody decides.</summary>
    public const string WaitForApproval = "wait_for_approval";

    /// <summary>Computes with an expression or a script.</summary>
    public const string InlineCode = "inline_code";

    /// <summary>Shapes data; evaluated by the engine itself.</summary>
    public const string Transform = "transform";
}

/// <summary>The names of ports that are the same for many step types.</summary>
public static class StepPorts
{
    /// <summary>The way on after success; an edge that names no port means this one.</summary>
    public const string Out = "out";

    /// <summary>The way on after a failure of a step with <c>on_error: branch</c>.</summary>
    public const string Error = "error";
}

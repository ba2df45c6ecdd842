namespace NextLayer.Workflows.Expressions;

/// <summary>Where an expression finds its variables: <see cref="CelVariables"/>, or a template scope.</summary>
public abstract class CelScope
{
    private protected CelScope()
    {
    }

    internal abstract bool TryFind(string name, out CelValue value);
}

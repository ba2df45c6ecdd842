namespace NextLayer.Workflows.Expressions;

/// <summary>One evaluation under way: its variables, its macro variables, what it may still spend.</summary>
internal sealed class CelEvaluation(CelScope scope, CelBudget budget)
{
    private readonly List<(string Name, CelValue Value)> _locals = [];

    public CelBudget Budget => budget;

    public void Push(string name) => _locals.Add((name, default));

    public void SetTop(in CelValue value) => _locals[^1] = (_locals[^1].Name, value);

    public void Pop() => _locals.RemoveAt(_locals.Count - 1);

    public bool TryFind(string name, bool skipLocals, out CelValue value)
    {
        if (!skipLocals)
        {
            for (var i = _locals.Count - 1; i >= 0; i--)
            {
                if (_locals[i].Name == name)
                {
                    value = _locals[i].Value;
                    return true;
                }
            }
        }
        return scope.TryFind(name, out value);
    }
}

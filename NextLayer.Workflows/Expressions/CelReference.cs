namespace NextLayer.Workflows.Expressions;

/// <summary>A variable an expression reads, with the fixed keys that follow it.</summary>
/// <param name="Root">The variable.</param>
/// <param name="Keys">The names and indexes behind it, as far as they are written out.</param>
/// <param name="Position">Where the variable stands.</param>
internal readonly record struct CelReference(string Root, IReadOnlyList<string> Keys, int Position)
{
    /// <summary>Everything the expression reads from outside itself.</summary>
    public static List<CelReference> In(CelProgram program)
    {
        var found = new List<CelReference>();
        Collect(program.Root, [], found);
        return found;
    }

    private static void Collect(CelNode node, HashSet<string> locals, List<CelReference> found)
    {
        if (TryReadPath(node, locals, found))
            return;
        if (node is CelComprehensionNode comprehension)
        {
            Collect(comprehension.Range, locals, found);
            var isNew = locals.Add(comprehension.Variable);
            foreach (var child in comprehension.Children.Skip(1))
                Collect(child, locals, found);
            if (isNew)
                locals.Remove(comprehension.Variable);
            return;
        }
        foreach (var child in node.Children)
            Collect(child, locals, found);
    }

    // Follows a path down to its variable; a computed index on the way is searched for references of its own.
    private static bool TryReadPath(CelNode node, HashSet<string> locals, List<CelReference> found)
    {
        var keys = new List<string>();
        while (true)
        {
            switch (node)
            {
                case CelSelectNode select:
                    keys.Insert(0, select.Field);
                    node = select.Operand;
                    continue;
                case CelHasNode { Key: var key } has:
                    keys.Insert(0, CelConversions.ToText(key.Value));
                    node = has.Operand;
                    continue;
                case CelIndexNode { Index: CelLiteralNode { Value.Kind: CelKind.String or CelKind.Int } literal } index:
                    keys.Insert(0, CelConversions.ToText(literal.Value));
                    node = index.Operand;
                    continue;
                case CelIndexNode index:
                    keys.Clear();
                    Collect(index.Index, locals, found);
                    node = index.Operand;
                    continue;
                case CelNameNode name:
                    if (name.IsAbsolute || !locals.Contains(name.Name))
                        found.Add(new CelReference(name.Name, keys, name.Position));
                    return true;
                default:
                    return keys.Count > 0 && CollectRest(node, locals, found);
            }
        }
    }

    private static bool CollectRest(CelNode node, HashSet<string> locals, List<CelReference> found)
    {
        Collect(node, locals, found);
        return true;
    }
}

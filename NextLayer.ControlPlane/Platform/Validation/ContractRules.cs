using System.Collections;
using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using NextLayer.Contracts.Json;

namespace NextLayer.ControlPlane.Platform.Validation;

/// <summary>
/// What the annotations of one contract ask, found once per type. Lists are looked into; an element that is null is an
/// error of its own, because nullable annotations of elements are gone at run time.
/// </summary>
internal sealed class ContractRules
{
    private static readonly ConcurrentDictionary<Type, ContractRules?> Known = new();

    private readonly List<Member> members = [];

    /// <returns>Null when there is nothing to check in the type.</returns>
    public static ContractRules? For(Type type) => Known.GetOrAdd(type, Build);

    public void Check(object contract, string path, ref Dictionary<string, string[]>? errors)
    {
        foreach (var member in members)
        {
            var value = member.Property.GetValue(contract);
            if (value is IOptional optional)
                value = optional.Value;
            if (value is null)
                continue;
            var at = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            RuleSentences.Check(member.Rules, value, at, ref errors);
            if (member.IsList)
                CheckItems((IEnumerable)value, member.Nested, at, ref errors);
            else
                member.Nested?.Check(value, at, ref errors);
        }
    }

    private static void CheckItems(IEnumerable items, ContractRules? nested, string path, ref Dictionary<string, string[]>? errors)
    {
        var index = 0;
        foreach (var item in items)
        {
            if (item is null)
                (errors ??= []).TryAdd($"{path}[{index}]", ["must not be null."]);
            else
                nested?.Check(item, $"{path}[{index}]", ref errors);
            index++;
        }
    }

    private static ContractRules? Build(Type type)
    {
        if (!IsOurs(type))
            return null;
        var rules = new ContractRules();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var element = ElementType(property.PropertyType);
            var nested = For(element ?? property.PropertyType);
            var attributes = property.GetCustomAttributes<ValidationAttribute>().ToArray();
            var nullable = element is { IsValueType: false };
            if (attributes.Length > 0 || nested is not null || nullable)
                rules.members.Add(new Member(
                    JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), property, attributes, nested, element is not null));
        }

        return rules.members.Count > 0 ? rules : null;
    }

    // Only our own records have annotations; this also keeps services among an endpoint's parameters out.
    private static bool IsOurs(Type type) =>
        type.IsClass && type.Namespace?.StartsWith("NextLayer.", StringComparison.Ordinal) == true
        && (type.Namespace.StartsWith("NextLayer.Contracts", StringComparison.Ordinal) || type.IsDefined(typeof(QueryParametersAttribute)));

    private static Type? ElementType(Type type) =>
        type != typeof(string) && type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable)) && type.GetGenericArguments() is [var element]
            ? element
            : null;

    private sealed record Member(
        string Name, PropertyInfo Property, ValidationAttribute[] Rules, ContractRules? Nested, bool IsList);
}

/// <summary>Marks a class of <c>[AsParameters]</c> whose annotations are checked like those of a body.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class QueryParametersAttribute : Attribute;

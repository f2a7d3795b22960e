using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Mesh.Analyzers;

/// <summary>Durations that are written down: <c>TimeSpan.FromSeconds(2)</c>, <c>TimeSpan.Zero</c>.</summary>
internal static class Durations
{
    /// <summary>The duration, or <see langword="null"/> where it is not known when it is compiled.</summary>
    public static TimeSpan? Of(IOperation operation)
    {
        if (operation is IFieldReferenceOperation { Field: { Name: "Zero", ContainingType.Name: nameof(TimeSpan) } })
        {
            return TimeSpan.Zero;
        }

        if (operation is not IInvocationOperation { TargetMethod: { ContainingType.Name: nameof(TimeSpan), Name: var name } } call
            || call.Arguments.Count(a => a.ArgumentKind == ArgumentKind.Explicit) != 1
            || call.Arguments[0].Value.ConstantValue is not { HasValue: true, Value: { } constant })
        {
            return null;
        }

        var number = Convert.ToDouble(constant, System.Globalization.CultureInfo.InvariantCulture);
        return name switch
        {
            "FromMilliseconds" => TimeSpan.FromMilliseconds(number),
            "FromSeconds" => TimeSpan.FromSeconds(number),
            "FromMinutes" => TimeSpan.FromMinutes(number),
            "FromHours" => TimeSpan.FromHours(number),
            _ => null,
        };
    }
}

using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Mesh.Analyzers;

/// <summary>The lint rules that can be seen when an AppHost is compiled. Only what is written down as a constant is judged.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MeshAnalyzer : DiagnosticAnalyzer
{
    private static readonly ImmutableHashSet<string> Methods = ImmutableHashSet.Create("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    /// <inheritdoc />
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(
        AnalyzerRules.TwoMeshes, AnalyzerRules.NoWeight, AnalyzerRules.GlobInPath, AnalyzerRules.TryOverRequest, AnalyzerRules.OutOfRange, AnalyzerRules.RuleTwice, AnalyzerRules.NoMethod);

    /// <inheritdoc />
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterOperationBlockAction(Block);
    }

    private static void Block(OperationBlockAnalysisContext context)
    {
        var calls = context.OperationBlocks.SelectMany(b => b.DescendantsAndSelf()).OfType<IInvocationOperation>().Where(IsOfMesh).ToList();
        if (calls.Count == 0)
        {
            return;
        }

        foreach (var second in calls.Where(c => c.TargetMethod.Name == "AddMesh" && !IsConditional(c)).Skip(1))
        {
            Report(context, AnalyzerRules.TwoMeshes, second);
        }

        var names = new HashSet<(IOperation?, string)>();
        foreach (var call in calls)
        {
            Call(context, call, names);
        }

        foreach (var assignment in context.OperationBlocks.SelectMany(b => b.DescendantsAndSelf()).OfType<ISimpleAssignmentOperation>())
        {
            Setting(context, assignment);
        }

        Resilience(context, calls);
    }

    private static void Call(OperationBlockAnalysisContext context, IInvocationOperation call, HashSet<(IOperation?, string)> names)
    {
        switch (call.TargetMethod.ContainingType.Name, call.TargetMethod.Name)
        {
            case ("MeshRoute", "Rule") when Text(call, "name") is { } name && !names.Add((Lambda(call), name)):
                Report(context, AnalyzerRules.RuleTwice, call, name);
                break;
            case ("MeshRouteRule", "To"):
                Weights(context, call);
                break;
            case ("MeshRequestMatch", "Path" or "PathPrefix") when call.Arguments.FirstOrDefault()?.Value is { ConstantValue: { HasValue: true, Value: string path } } argument && path.Contains('*'):
                Report(context, AnalyzerRules.GlobInPath, argument, path);
                break;
            case ("MeshRequestMatch", "Method") when Text(call, "method") is { } method && !Methods.Contains(method):
                Report(context, AnalyzerRules.NoMethod, call.Arguments[0], method);
                break;
        }
    }

    private static void Weights(OperationBlockAnalysisContext context, IInvocationOperation call)
    {
        if (Number(call, "weight") is { } weight && weight is < 0 or > 1_000_000)
        {
            Report(context, AnalyzerRules.OutOfRange, call, "weight", "between 0 and 1000000", weight.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        // A rule that goes on in a variable may get another backend there: only whole statements are judged.
        var top = call.Parent;
        while (top is IConversionOperation)
        {
            top = top.Parent;
        }

        if (top is not (IExpressionStatementOperation or IReturnOperation))
        {
            return;
        }

        var chain = new List<IInvocationOperation>();
        for (IOperation? at = call; at is IInvocationOperation link; at = link.Instance)
        {
            chain.Add(link);
        }

        var backends = chain.Where(c => c.TargetMethod.Name == "To").ToList();
        if (chain[chain.Count - 1].TargetMethod.Name == "Rule" && backends.All(b => Number(b, "weight") == 0))
        {
            Report(context, AnalyzerRules.NoWeight, call);
        }
    }

    private static void Setting(OperationBlockAnalysisContext context, ISimpleAssignmentOperation assignment)
    {
        if (assignment.Target is not IPropertyReferenceOperation { Property: { } property } || !IsOfMesh(property.ContainingType))
        {
            return;
        }

        var value = Plain(assignment.Value);
        if (property.Name == "Methods")
        {
            foreach (var method in value.DescendantsAndSelf().OfType<ILiteralOperation>().Where(l => l.ConstantValue.Value is string text && !Methods.Contains(text)))
            {
                Report(context, AnalyzerRules.NoMethod, method, (string)method.ConstantValue.Value!);
            }
        }
        else if (property.Name is "Paths" or "PathPrefixes")
        {
            foreach (var path in value.DescendantsAndSelf().OfType<ILiteralOperation>().Where(l => l.ConstantValue.Value is string text && text.Contains('*')))
            {
                Report(context, AnalyzerRules.GlobInPath, path, (string)path.ConstantValue.Value!);
            }
        }
        else if (Durations.Of(value) is { } duration && duration < TimeSpan.Zero)
        {
            Report(context, AnalyzerRules.OutOfRange, assignment, property.Name, "zero or more", duration.ToString());
        }
        else if (value.ConstantValue is { HasValue: true, Value: { } constant } && constant is int or double)
        {
            var number = Convert.ToDouble(constant, System.Globalization.CultureInfo.InvariantCulture);
            var isPercent = property.Name == "Sampling" || property.Name.Contains("Percent");
            if ((isPercent || property.Name == "NumRetries") && number is < 0 or > 100)
            {
                Report(context, AnalyzerRules.OutOfRange, assignment, property.Name, "between 0 and 100", number.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }
    }

    // Retries and timeouts of the very same call: the same callee, the same caller if any, no endpoint.
    private static void Resilience(OperationBlockAnalysisContext context, List<IInvocationOperation> calls)
    {
        var timeouts = calls.Where(c => c.TargetMethod.Name == "WithMeshTimeout").Select(c => (About: About(c), Value: Assigned(c, "Request"))).Where(c => c.About is not null && c.Value.Duration > TimeSpan.Zero).ToList();
        foreach (var retry in calls.Where(c => c.TargetMethod.Name == "WithMeshRetry"))
        {
            var (attempt, place) = Assigned(retry, "PerTryTimeout");
            var request = timeouts.LastOrDefault(t => t.About == About(retry)).Value.Duration;
            if (place is not null && attempt > TimeSpan.Zero && request is not null && attempt >= request)
            {
                Report(context, AnalyzerRules.TryOverRequest, place, attempt.ToString()!, request.ToString()!);
            }
        }
    }

    private static string? About(IInvocationOperation call)
    {
        var resources = call.Arguments.Where(a => a.Parameter?.Name is "caller" or "callee").Select(a => Plain(a.Value)).ToList();
        var endpoint = call.Arguments.FirstOrDefault(a => a.Parameter?.Name == "endpoint");
        return resources.Count > 0 && resources.All(r => r is ILocalReferenceOperation or IParameterReferenceOperation or IFieldReferenceOperation) && endpoint is null or { ArgumentKind: ArgumentKind.DefaultValue }
            ? string.Join(" ", resources.Select(r => r.Syntax.ToString()))
            : null;
    }

    private static (TimeSpan? Duration, IOperation? Place) Assigned(IInvocationOperation call, string property)
    {
        var last = call.DescendantsAndSelf().OfType<ISimpleAssignmentOperation>().LastOrDefault(a => a.Target is IPropertyReferenceOperation target && target.Property.Name == property);
        return last is null ? (null, null) : (Durations.Of(Plain(last.Value)), last);
    }

    private static IOperation Plain(IOperation operation)
    {
        while (operation is IConversionOperation conversion)
        {
            operation = conversion.Operand;
        }

        return operation;
    }

    private static bool IsOfMesh(IInvocationOperation call) => IsOfMesh(call.TargetMethod.ContainingType);

    private static bool IsOfMesh(INamedTypeSymbol? type) => type?.ContainingAssembly?.Name == "Mesh.Hosting";

    private static bool IsConditional(IOperation operation)
    {
        for (var at = operation.Parent; at is not null; at = at.Parent)
        {
            if (at is IConditionalOperation or ISwitchOperation or ISwitchExpressionOperation or IAnonymousFunctionOperation or ILocalFunctionOperation or ITryOperation)
            {
                return true;
            }
        }

        return false;
    }

    private static IOperation? Lambda(IOperation operation)
    {
        var at = operation.Parent;
        while (at is not (null or IAnonymousFunctionOperation))
        {
            at = at.Parent;
        }

        return at;
    }

    private static string? Text(IInvocationOperation call, string parameter) => Argument(call, parameter)?.ConstantValue.Value as string;

    private static int? Number(IInvocationOperation call, string parameter) => Argument(call, parameter)?.ConstantValue.Value as int?;

    private static IOperation? Argument(IInvocationOperation call, string parameter) => call.Arguments.FirstOrDefault(a => a.Parameter?.Name == parameter)?.Value;

    private static void Report(OperationBlockAnalysisContext context, DiagnosticDescriptor rule, IOperation at, params string[] words) =>
        context.ReportDiagnostic(Diagnostic.Create(rule, at.Syntax.GetLocation(), words));
}

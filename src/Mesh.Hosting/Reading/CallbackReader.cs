using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Reading;

/// <summary>
/// Asks the callbacks of resources what they put into environment and arguments. Values are looked at and never resolved: addresses are not known yet, and waiting for
/// them would be for ever. A callback that asks for one all the same fails, and can be asked again once addresses are known.
/// </summary>
internal sealed class CallbackReader(DistributedApplicationExecutionContext execution)
{
    /// <summary>A callback that needs longer waits for something that only comes after the start.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly HashSet<IResourceAnnotation> _failed = [];

    /// <summary>What the resource is given, as far as its callbacks can say.</summary>
    public async Task<GivenValues> ReadAsync(IResource resource, CancellationToken cancellationToken)
    {
        var unread = ImmutableArray.CreateBuilder<string>();
        var (variables, lateVariables) = (new Dictionary<string, object>(), ImmutableHashSet.CreateBuilder<string>());
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToList())
        {
            // A copy for each: one that is given up on may still write into its own.
            var its = new Dictionary<string, object>(variables);
            var context = new EnvironmentCallbackContext(execution, resource, its, cancellationToken);
            var answer = await AskAsync(annotation, () => annotation.Callback(context), resource, "environment", unread, cancellationToken);
            if (answer.IsLate)
            {
                lateVariables.UnionWith(its.Where(v => !variables.TryGetValue(v.Key, out var before) || !ReferenceEquals(before, v.Value)).Select(v => v.Key));
            }

            variables = answer.IsOver ? its : variables;
        }

        var (arguments, lateArguments) = (new List<object>(), false);
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToList())
        {
            var its = new List<object>(arguments);
            var context = new CommandLineArgsCallbackContext(its, resource, cancellationToken) { ExecutionContext = execution };
            var answer = await AskAsync(annotation, () => annotation.Callback(context), resource, "arguments", unread, cancellationToken);
            lateArguments |= answer.IsLate;
            arguments = answer.IsOver ? its : arguments;
        }

        return new GivenValues(
            [.. variables.Select(v => ((string?)v.Key, v.Value)), .. arguments.Select(a => ((string?)null, a))], lateVariables.ToImmutable(), lateArguments, unread.ToImmutable());
    }

    private async Task<Answer> AskAsync(
        IResourceAnnotation annotation, Func<Task> callback, IResource resource, string what, ImmutableArray<string>.Builder unread, CancellationToken cancellationToken)
    {
        var task = Task.CompletedTask;
        try
        {
            task = callback();
            await task.WaitAsync(Limit, cancellationToken);
            return new Answer(IsOver: true, IsLate: _failed.Contains(annotation));
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _failed.Add(annotation);
            unread.Add(
                $"{resource.Name}: a callback for its {what} needs what is known only after the start ({e.Message}); calls that only it declares have no permission, "
                + "and addresses that it takes apart itself lead to front doors. Say the calls with WithReference, and hand over endpoints instead of their addresses.");

            // What it said before it failed stands.
            return new Answer(IsOver: task.IsCompleted, IsLate: false);
        }
    }

    // IsOver: it writes no more. IsLate: it could not answer when it was asked first.
    private readonly record struct Answer(bool IsOver, bool IsLate);
}

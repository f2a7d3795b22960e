using System.Globalization;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Retry;

/// <summary>A condition under which a request is sent again: a word, or a status code such as <c>503</c>.</summary>
/// <param name="Word">As users write it.</param>
public readonly record struct RetryCondition(string Word)
{
    private static readonly (string Word, RetryOn On)[] Http =
    [
        ("ConnectFailure", RetryOn.ConnectFailure),
        ("RefusedStream", RetryOn.RefusedStream),
        ("Reset", RetryOn.Reset),
        ("GatewayError", RetryOn.GatewayError),
        ("5xx", RetryOn.ServerError),
        ("Retriable4xx", RetryOn.Retriable4xx),
    ];

    private static readonly (string Word, RetryOn On)[] Grpc =
    [
        ("ConnectFailure", RetryOn.ConnectFailure),
        ("RefusedStream", RetryOn.RefusedStream),
        ("Reset", RetryOn.Reset),
        ("Cancelled", RetryOn.GrpcCancelled),
        ("DeadlineExceeded", RetryOn.GrpcDeadlineExceeded),
        ("Internal", RetryOn.GrpcInternal),
        ("ResourceExhausted", RetryOn.GrpcResourceExhausted),
        ("Unavailable", RetryOn.GrpcUnavailable),
    ];

    /// <inheritdoc />
    public override string ToString() => Word;

    /// <summary>The status code, where it is one.</summary>
    internal int? Status => Word.Length == 3 && int.TryParse(Word, NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : null;

    internal RetryOn HttpFlag => Flag(Http);

    internal RetryOn GrpcFlag => Flag(Grpc);

    internal IEnumerable<Violation> ValidateHttp(FieldPath at)
    {
        if (Status is null ? HttpFlag == RetryOn.None : Status is < 400 or > 599)
        {
            yield return Unknown(at, Http, " or a status code from 400 to 599");
        }
    }

    internal IEnumerable<Violation> ValidateGrpc(FieldPath at)
    {
        if (GrpcFlag == RetryOn.None)
        {
            yield return Unknown(at, Grpc, "");
        }
    }

    private Violation Unknown(FieldPath at, (string Word, RetryOn On)[] valid, string more)
    {
        var words = valid.Select(v => v.Word).ToList();
        var cure = Wording.TryGuess(Word, words, out var guess) ? $"; did you mean {guess}?" : "";
        return new(at, $"must be {Wording.OneOf(words)}{more} but is {Wording.Quote(Word)}{cure}");
    }

    private RetryOn Flag((string Word, RetryOn On)[] valid)
    {
        var word = Word;
        return Array.Find(valid, v => v.Word == word).On;
    }
}

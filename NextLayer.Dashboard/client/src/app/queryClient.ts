import { MutationCache, QueryClient } from "@tanstack/react-query";
import { ApiError, onSignedOut, sentenceOf } from "@/shared/api/http";
import { toast } from "@/shared/ui/toasts";

declare module "@tanstack/react-query" {
  interface Register {
    mutationMeta: {
      /** The form shows the error itself. */
      quiet?: boolean;
    };
  }
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What was refused stays refused; only silence is worth another try.
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.isUnreachable,
      retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 5000),
    },
  },
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      if (!mutation.meta?.quiet) toast(sentenceOf(error), "error");
    },
  }),
});

// The session has ended: the answer to who one is now leads to the sign-in page, and from there back here.
onSignedOut(() => void queryClient.invalidateQueries({ queryKey: ["me"] }));
